/**
 * `npm run bench`: ingest, queries, the console and the parts of the pipeline, measured on a real server. Prints tables, writes everything as JSON below
 * bench/out/. Needs Linux: CPU, memory and threads are read from /proc.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ConsoleFigures, measureConsole } from './console.ts';
import { type AccessFigures, measureAccess } from './access.ts';
import { type AuditFigures, measureAudit } from './audit.ts';
import { type AuthenticationFigures, measureAuthentication } from './authentication.ts';
import { corpusOf } from './corpus.ts';
import { type EvidenceFigures, measureEvidence } from './evidence.ts';
import { type Forgetting, measureForgetting } from './forgetting.ts';
import { type Ingest, measureIngest } from './ingest.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureParts, type Parts } from './parts.ts';
import { measureQueries, type Query } from './query.ts';
import { measureRecognize, type RecognizeFigures } from './recognize.ts';
import { recognizeText } from './recognize-table.ts';
import { type SealingFigures, measureSealingWhole } from './sealed-ingest.ts';
import type { ServerOptions } from './server.ts';
import { medianOf } from './summary.ts';
import { accessText, auditText, authenticationText, consoleText, evidenceText, forgettingText, ingestText, machineText, partsText, queryText, sealingText, threadsText, verifyText } from './table.ts';
import { measureVerify, type VerifyFigures } from './verify.ts';

export interface BenchOptions {
  /** Spans of the corpus. */
  readonly spans: number;
  readonly passes: number;
  readonly runs: number;
  readonly connections: readonly number[];
  readonly gzip: boolean;
  readonly only: readonly string[];
  readonly profile: boolean;
  /** True: it does not wait for rest, so CPU and disk are too low. For tests. */
  readonly hurried: boolean;
  /** Of the corpus, at most, while the last questions are asked. */
  readonly laterPasses: number;
  readonly traces: number;
  readonly searches: number;
  readonly searchRounds: number;
  /** Of the samples and ordinary values of `recognize`, and whether those that it gets wrong are printed. */
  readonly seed: number;
  readonly show: boolean;
  /** A folder with requests of another load generator, which `recognize` inspects too. */
  readonly requests: string | null;
  readonly quick: boolean;
  readonly out: string;
}

export interface Figures {
  readonly machine: Machine;
  readonly spans: number;
  /** The median run of each number of connections, by CPU. */
  readonly ingest: readonly Ingest[];
  readonly runs: readonly Ingest[];
  readonly query: Query | null;
  readonly evidence: EvidenceFigures | null;
  readonly verify: VerifyFigures | null;
  readonly console: ConsoleFigures | null;
  readonly parts: Parts | null;
  readonly recognize: RecognizeFigures | null;
  readonly access: AccessFigures | null;
  readonly audit: AuditFigures | null;
  readonly authentication: AuthenticationFigures | null;
  readonly sealing: SealingFigures | null;
  readonly forgetting: readonly Forgetting[] | null;
  readonly tables: readonly string[];
}

const PARTS = ['ingest', 'query', 'verify', 'console', 'parts', 'recognize', 'access', 'audit', 'authentication', 'sealing', 'forget'];
/** Enough that there is a figure. */
const SEED = 20_261_129;
const HURRIED = { pairs: 4, places: 40, repeats: 1_000 };
/** Of questions, of each kind. */
const QUERY_PAIRS = 400;
const SPANS_UNUSED = 8_192;
const OUT = join(import.meta.dirname, 'out');
/** Spans by which inspecting is measured, and distinct ordinary values. */
const RECOGNIZE_SPANS = { whole: 200_000, quick: 40_960 };
const ORDINARY_VALUES = { whole: 200_000, quick: 100_000, hurried: 20_000 };
/** Spans of each round of sealing, and how many rounds count. */
const SEALING = { whole: { spans: 100_000, rounds: 9 }, quick: { spans: 50_000, rounds: 5 } };
/** Spans of a person who is forgotten, and passes of the corpus of others before each. */
const FORGETTING = { whole: { spans: 100_000, passes: [1, 9] }, quick: { spans: 10_000, passes: [1, 1] } };
const USAGE = `npm run bench -- [PART…] [options]: figures of a real server on this machine

  PART               as --only
  --quick            100,000 spans instead of a million
  --spans MILLIONS   spans of the queries, 1 by default; ingest stays at a million
  --runs N           medians of N runs of ingest
  --connections A,B  8,128 by default
  --gzip             bodies are compressed
  --only PART,…      of ingest, query, verify, console, parts, recognize, access, audit, authentication, sealing, forget; evidence, which is a part of query, by itself
  --seed N           of the samples and ordinary values of recognize
  --show             recognize prints the samples that it missed or marked wrongly
  --requests DIR     recognize also inspects what another load generator wrote there (reqs.bin, meta.json)
  --profile          CPU profiles of the server's threads, into bench/out/profile/
  --help             this
`;

/** `say` gets each table as soon as it is known. */
export async function bench(options: BenchOptions, say: (text: string) => void): Promise<Figures> {
  const machine = describeMachine();
  const tables: string[] = [];
  const show = (text: string): void => {
    tables.push(text);
    say(`${text}\n`);
  };
  show(machineText(machine));
  mkdirSync(options.out, { recursive: true });
  const corpus = corpusOf(Math.min(options.spans, spansNeeded(options)), options.out);
  const { described } = corpus;
  show(`corpus: ${described.spans.toLocaleString('en')} spans of ${Math.round(described.bytes / described.spans)} bytes and ${(described.attributes / described.spans).toFixed(1)} attributes, ${described.traces.toLocaleString('en')} traces`);
  const { hurried, passes, laterPasses, traces, searches, searchRounds } = options;
  const server: ServerOptions = { hurried, ...(options.profile ? profiled(options.out) : {}) };
  const runs: Ingest[] = [];
  const ingest: Ingest[] = [];
  if (options.only.includes('ingest')) {
    for (const connections of options.connections) {
      const same: Ingest[] = [];
      for (let run = 0; run < options.runs; run++) same.push(await measureIngest({ corpus, connections, gzip: options.gzip, server }));
      const median = medianOf(same.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion));
      ingest.push(...same.filter(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion === median).slice(0, 1));
      runs.push(...same);
    }
    show(ingestText(ingest));
    show(threadsText(ingest));
  }
  const query = options.only.includes('query') ? await measureQueries({ corpus, passes, laterPasses, traces, searches, searchRounds, server: { hurried } }) : null;
  if (query !== null) show(queryText(query));
  const evidence = options.only.includes('evidence') ? await measureEvidence({ corpus, passes, traces, server: { hurried } }) : (query?.evidence ?? null);
  if (evidence !== null) show(evidenceText(evidence));
  const verify = options.only.includes('verify') ? await measureVerify({ corpus, passes, server: { hurried } }) : null;
  if (verify !== null) show(verifyText(verify));
  const inBrowser = options.only.includes('console') ? await measureConsole() : null;
  if (inBrowser !== null) show(consoleText(inBrowser));
  const parts = options.only.includes('parts') ? await measureParts(corpus, hurried) : null;
  if (parts !== null) show(partsText(parts, ingest[0]?.cpuSecondsPerMillion ?? null));
  const recognize = options.only.includes('recognize') ? await measureRecognize({ corpus, requests: options.requests, seed: options.seed, ordinaryValues: options.hurried ? ORDINARY_VALUES.hurried : options.quick ? ORDINARY_VALUES.quick : ORDINARY_VALUES.whole, shop: !options.quick, show: options.show }) : null;
  if (recognize !== null) show(recognizeText(recognize));
  const access = options.only.includes('access') ? await (hurried ? measureAccess(HURRIED.pairs, HURRIED.places, HURRIED.repeats) : measureAccess(QUERY_PAIRS)) : null;
  if (access !== null) show(accessText(access));
  const audit = options.only.includes('audit') ? await measureAudit(hurried ? HURRIED.pairs : QUERY_PAIRS) : null;
  if (audit !== null) show(auditText(audit));
  const authentication = options.only.includes('authentication') ? await measureAuthentication(corpus, hurried) : null;
  if (authentication !== null) show(authenticationText(authentication));
  const sealing = options.only.includes('sealing') ? await measureSealingWhole({ corpus, out: options.out, ...(options.quick ? SEALING.quick : SEALING.whole), server }) : null;
  if (sealing !== null) show(sealingText(sealing));
  const forgetting = options.only.includes('forget') ? await measureForgetting({ corpus, ...(options.quick ? FORGETTING.quick : FORGETTING.whole), server: { hurried } }) : null;
  if (forgetting !== null) show(forgettingText(forgetting));
  corpus.close();
  const figures: Figures = { machine, spans: described.spans, ingest, runs, query, evidence, verify, console: inBrowser, parts, recognize, access, audit, authentication, sealing, forgetting, tables };
  const name = `figures-${machine.at.replaceAll(/[:.]/gu, '-')}.json`;
  writeFileSync(join(options.out, name), `${JSON.stringify(figures, null, 1)}\n`);
  say(`written to ${join(options.out, name)}`);
  return figures;
}

/** Parts that are asked for alone may need fewer: deciding needs none. */
function spansNeeded({ only, quick }: BenchOptions): number {
  if (['access', 'audit'].includes(only.join())) return SPANS_UNUSED;
  if (['sealing', 'forget'].includes(only.join())) return SEALING.whole.spans;
  return only.join() === 'recognize' ? (quick ? RECOGNIZE_SPANS.quick : RECOGNIZE_SPANS.whole) : Infinity;
}

/** Node writes a file for each of its threads; sampling alone takes some percent of a core. */
function profiled(out: string): ServerOptions {
  return { node: ['--cpu-prof', `--cpu-prof-dir=${join(out, 'profile')}`], restShare: 0.25 };
}

/** Null if help is all that is wanted. */
function optionsOf(args: readonly string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false }, spans: { type: 'string', default: '1' }, runs: { type: 'string', default: '1' }, connections: { type: 'string', default: '8,128' },
      gzip: { type: 'boolean', default: false }, help: { type: 'boolean', default: false }, only: { type: 'string' }, profile: { type: 'boolean', default: false }, show: { type: 'boolean', default: false }, seed: { type: 'string', default: String(SEED) }, requests: { type: 'string' },
    },
  });
  if (values.help) return null;
  const named = [...positionals, ...(values.only?.split(',') ?? [])];
  const only = named.length === 0 ? PARTS : named;
  const parts = [...PARTS, 'evidence'];
  const unknown = only.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`cannot measure ${unknown}: say some of ${parts.join(', ')}`);
  const count = (name: 'spans' | 'runs' | 'seed', text: string): number => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`cannot read --${name}: it is a whole number from 1 on`);
    return number;
  };
  const connections = values.connections.split(',').map(Number);
  if (!connections.every((number) => Number.isSafeInteger(number) && number > 0)) throw new Error('cannot read --connections: it is whole numbers with commas between');
  return {
    spans: values.quick ? 100_000 : 1_000_000, passes: count('spans', values.spans), runs: count('runs', values.runs), connections, gzip: values.gzip, only, profile: values.profile, show: values.show, requests: values.requests ?? null, quick: values.quick, seed: count('seed', values.seed),
    hurried: false, laterPasses: Number.MAX_SAFE_INTEGER, traces: 300, searches: 50, searchRounds: values.quick ? 2 : 4, out: OUT,
  };
}

if (import.meta.main) {
  // An exit ends and removes what was started; a signal alone would not.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(128 + constants.signals[signal]));
  process.exitCode = await main(process.argv.slice(2));
}

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | null;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'cannot read the options'}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const figures = await bench(options, (text) => console.log(text));
  const failed = figures.runs.some(({ loaded, stored }) => Object.keys(loaded.failures).length > 0 || stored !== figures.spans) || (figures.query?.wrong.length ?? 0) > 0 || (figures.evidence?.wrong.length ?? 0) > 0 || (figures.verify?.findings ?? 0) > 0;
  return failed ? 1 : 0;
}
