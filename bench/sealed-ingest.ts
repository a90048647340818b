/**
 * What sealing adds to ingest: three servers, of which one seals two fields of a fifth of the spans and one replaces them, are sent the same requests by turns. CPU of the whole process from the
 * first request until it is quiet again: receiving, pipeline, journal, keys, insert and merges. Each round has traffic of its own, so people who are new come in all of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Corpus, corpusOf } from './corpus.ts';
import { measureOpening, measurePassphrase, type Opening } from './opening.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';
import { type People, replacingPolicy, sealingPolicy, toAFifth } from './sealed-traffic.ts';
import { measureSealing, type WorkerSealing } from './sealing.ts';
import { medianOf } from './summary.ts';

export interface SealedIngest {
  readonly people: People;
  readonly rounds: number;
  readonly spans: number;
  /** Microseconds of CPU a span without sealing; medians of the rounds. */
  readonly without_us: number;
  /** What sealing adds, for a fifth of the spans; by rounds, lowest first. */
  readonly added_us: readonly number[];
  readonly share: number;
  /** The same beyond what a policy adds that replaces these fields. */
  readonly overReplacing_us: readonly number[];
  readonly shareOverReplacing: number;
  readonly opening: Opening;
}

export interface SealingFigures {
  readonly ingest: readonly SealedIngest[];
  readonly worker: readonly WorkerSealing[];
  readonly passphrase_ms: number;
}

const CONNECTIONS = 8;
const QUIET_MS_MAX = 60_000;

export interface SealedIngestOptions {
  readonly spans: number;
  readonly out: string;
  readonly rounds: number;
  readonly server: ServerOptions;
}

export async function measureSealingWhole({ corpus, ...options }: SealedIngestOptions & { readonly corpus: Corpus }): Promise<SealingFigures> {
  const worker = (['few', 'many', 'unknown'] as const).map((people) => measureSealing(corpus, people));
  const passphrase_ms = await measurePassphrase();
  return { worker, passphrase_ms, ingest: [await measureSealedIngest('many', options), await measureSealedIngest('few', options)] };
}

export async function measureSealedIngest(people: People, { spans, out, rounds, server: options }: SealedIngestOptions): Promise<SealedIngest> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-sealing-'));
  const [without, replacing, sealing] = [await MeasuredServer.start(options), await MeasuredServer.start(options), await MeasuredServer.start(options)];
  const servers = [without, replacing, sealing];
  try {
    for (const [server, policy] of [[replacing, replacingPolicy(people)], [sealing, sealingPolicy(people)]] as const) {
      writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
      await server.verb('policy', 'apply', join(folder, 'policy.json'));
    }
    const [plain, replaced, added, over]: [number[], number[], number[], number[]] = [[], [], [], []];
    let opening: Opening | null = null;
    // What is compiled and allocated at first is in the round that does not count.
    for (let round = 0; round <= rounds; round++) {
      const corpus = corpusOf(spans, out, round + 1);
      const sealedBefore = await sealedBy(sealing);
      const us = new Map<MeasuredServer, number>();
      for (const turn of servers.keys()) {
        const server = servers[(turn + round) % servers.length]!;
        us.set(server, await pass(server, corpus, round));
      }
      const factor = toAFifth((await sealedBy(sealing)) - sealedBefore, corpus.described.spans);
      if (round > 0) {
        plain.push(us.get(without)!);
        replaced.push(us.get(replacing)!);
        added.push((us.get(sealing)! - us.get(without)!) * factor);
        over.push((us.get(sealing)! - us.get(replacing)!) * factor);
      }
      if (round === rounds) opening = await measureOpening(sealing, corpus, round);
      corpus.close();
    }
    const figures = { added_us: added.toSorted((a, b) => a - b), share: medianOf(added) / medianOf(plain), overReplacing_us: over.toSorted((a, b) => a - b), shareOverReplacing: medianOf(over) / medianOf(replaced) };
    return { people, rounds, spans, opening: opening!, without_us: medianOf(plain), ...figures };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Microseconds of CPU a span. */
async function pass(server: MeasuredServer, { folder }: Corpus, firstPass: number): Promise<number> {
  const before_s = server.cpu_s;
  const { spans, failures } = await server.load({ corpus: folder, connections: CONNECTIONS, gzip: false, firstPass, passes: 1 }).loaded;
  if (Object.keys(failures).length > 0) throw new Error(`cannot measure: requests failed with ${Object.keys(failures).join(', ')}`);
  await server.quiet(QUIET_MS_MAX);
  return ((server.cpu_s - before_s) / spans) * 1e6;
}

async function sealedBy(server: MeasuredServer): Promise<number> {
  const { totals } = (await server.ask('/api/v1/accounting')).json as { readonly totals: { readonly minimized: Readonly<Record<string, number>> } };
  return totals.minimized['sealed'] ?? 0;
}
