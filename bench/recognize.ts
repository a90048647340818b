/**
 * What the recognizers find and what they take for something it is not: on outside samples of credentials and statements, on the project's own,
 * on ordinary telemetry. And what looking costs.
 */
import { SERVICES } from '#scanner/known-tokens';
import { corpus as ownSamples, filled } from '#scanner/corpus';
import { ORDINARY_TEMPLATES } from '#scanner/corpus-ordinary';
import type { KeyClass, Mark } from '#scanner/recognizer';
import { partsOf, readSamples, type SecretSample, secretsOf, type StatementSample, TOUCHED_RIGHTLY } from '#scanner/samples';
import { literalsOf } from '#scanner/statement';
import { Scanner } from '#scanner';
import type { Corpus } from './corpus.ts';
import { distinctTexts, type InspectFigures, measureInspect, trafficOf } from './inspecting.ts';
import { ordinaryValues } from './ordinary.ts';
import { otherTraffic } from './other-traffic.ts';
import { Random } from './random.ts';
import { sentByShop } from './sent-by-shop.ts';

/** Of samples of one kind. */
export interface Tally {
  readonly kind: string;
  readonly secrets: number;
  readonly found: number;
  /** Lines without a secret of the kind, and those of them in which a credential is marked all the same. */
  readonly clean: number;
  readonly marked: number;
  /** Of these, such as hold another credential or all of one in a wrong form (`samples.ts` says which). */
  readonly markedRightly: number;
  /** The lines themselves; only with `show`. */
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

export interface StatementTally {
  readonly dbms: string;
  readonly statements: number;
  readonly literalsGone: number;
  readonly shapeKept: number;
}

export interface OrdinaryFigures {
  readonly what: string;
  readonly values: number;
  /** Marked values by kind of mark. */
  readonly marked: Readonly<Record<string, number>>;
  /** `kind key: value`, some. The values are the generator's own. */
  readonly examples: readonly string[];
}

export interface RecognizeFigures {
  readonly seed: number;
  readonly services: number;
  readonly outside: readonly Tally[];
  readonly own: readonly Tally[];
  readonly statements: readonly StatementTally[];
  readonly ordinary: readonly OrdinaryFigures[];
  /** Nanoseconds for an ordinary value that was never seen before. */
  readonly newValue_ns: number;
  readonly inspect: InspectFigures;
  /** Of requests that another load generator made. */
  readonly inspectOther: InspectFigures | null;
}

export interface RecognizeOptions {
  readonly corpus: Corpus;
  /** A folder of another load generator's requests. */
  readonly requests: string | null;
  readonly seed: number;
  readonly ordinaryValues: number;
  /** Runs the demo's shop for a while, for what real instrumentations send. */
  readonly shop: boolean;
  /** Also tells the samples that were missed or marked wrongly. */
  readonly show: boolean;
}

const CREDENTIALS = new Set<string>(['credential', 'authorization', 'cookie', 'session-id', 'jwt', 'private-key', 'password', 'parameter']);
const EXAMPLES_MAX = 40;

export async function measureRecognize({ corpus, requests, seed, ordinaryValues: count, shop, show }: RecognizeOptions): Promise<RecognizeFigures> {
  const scanner = new Scanner();
  const values = ordinaryValues(new Random(seed), count);
  const ordinary = [
    ordinaryFigures('generated, by keys of the semantic conventions', scanner, values),
    ordinaryFigures('from the corpus of the bench', scanner, sentByBench(corpus)),
    ordinaryFigures('templates of the tests', scanner, filled(seed, ORDINARY_TEMPLATES).map((value) => ({ key: '', value }))),
    ...(shop ? [ordinaryFigures('sent by the demo shop', scanner, await sentByShop())] : []),
  ];
  const shown = (tally: Tally): Tally => (show ? tally : { ...tally, missed: [], wrong: [] });
  return {
    seed, services: SERVICES.size, outside: outsideTallies(scanner).map(shown), own: ownTallies(scanner, seed).map(shown), statements: statementTallies(), ordinary,
    newValue_ns: newValue_ns(values), inspect: measureInspect(trafficOf(corpus)), inspectOther: requests === null ? null : measureInspect(otherTraffic(requests)),
  };
}

function outsideTallies(scanner: Scanner): Tally[] {
  const kinds = Map.groupBy(readSamples<SecretSample>('secrets.jsonl'), ({ kind }) => kind);
  return [...kinds].map(([kind, samples]) => {
    const positives = samples.filter((sample) => sample.contains_secret);
    const missed = positives.filter(({ input }) => {
      const text = minimized(scanner, input, 0);
      return secretsOf(kind, input).some((secret) => text.includes(secret));
    });
    const wrong = samples.filter(({ contains_secret, input }) => !contains_secret && (scanner.scanText(input, 0) ?? []).some((mark) => CREDENTIALS.has(mark.kind)));
    return {
      kind, secrets: positives.length, found: positives.length - missed.length, clean: samples.length - positives.length, marked: wrong.length,
      markedRightly: TOUCHED_RIGHTLY[kind] === undefined ? 0 : wrong.length, missed: missed.map(({ input }) => input), wrong: wrong.map(({ input }) => input),
    };
  });
}

function ownTallies(scanner: Scanner, seed: number): Tally[] {
  return [...Map.groupBy(ownSamples(seed), ({ kind }) => kind)].map(([kind, samples]) => {
    const missed = samples.filter(({ text, secret }) => minimized(scanner, text, 0).includes(secret));
    return { kind, secrets: samples.length, found: samples.length - missed.length, clean: 0, marked: 0, markedRightly: 0, missed: missed.map(({ text }) => text), wrong: [] };
  });
}

/** A literal is gone if neither our rule nor the other product's text finds it; the shape is kept if the names are the same ones in the same order. */
function statementTallies(): StatementTally[] {
  return [...Map.groupBy(readSamples<StatementSample>('sql.jsonl'), ({ dbms }) => dbms)].map(([dbms, samples]) => {
    let literalsGone = 0;
    let shapeKept = 0;
    for (const { input, expected } of samples) {
      let text = '';
      let at = 0;
      literalsOf(input, (start, end) => {
        text += `${input.slice(at, start)}?`;
        at = end;
      });
      text += input.slice(at);
      const before = partsOf(input);
      const after = partsOf(text);
      const other = expected.join(' ');
      if (after.literals.length === 0 && !before.literals.some((literal) => literal.length >= 3 && !other.includes(literal) && text.includes(`'${literal}'`))) literalsGone += 1;
      if (after.names.join(' ') === before.names.join(' ')) shapeKept += 1;
    }
    return { dbms, statements: samples.length, literalsGone, shapeKept };
  });
}

function ordinaryFigures(what: string, scanner: Scanner, values: readonly { readonly key: string; readonly value: string }[]): OrdinaryFigures {
  const marked: Record<string, number> = {};
  const examples: string[] = [];
  for (const { key, value } of values) {
    const marks = scanner.scanText(value, scanner.keyClass(key));
    if (marks === null) continue;
    for (const kind of new Set(marks.map((mark) => mark.kind))) marked[kind] = (marked[kind] ?? 0) + 1;
    if (examples.length < EXAMPLES_MAX) examples.push(`${marks.map(({ kind, start, end }) => `${kind} «${value.slice(start, end)}»`).join(', ')} of ${key}: ${value.slice(0, 200)}`);
  }
  return { what, values: values.length, marked, examples };
}

/** Keys of the corpus that hold nothing of anybody's, and values without what its shop puts into the others. */
function sentByBench(corpus: Corpus): { key: string; value: string }[] {
  return distinctTexts(trafficOf(corpus), 40).filter(({ key, value }) => !PERSONAL_KEYS.has(key) && !/@|%40|ticket=|'\w|= \d|\(\d|LIMIT \d/.test(value));
}

const PERSONAL_KEYS = new Set(['session.id', 'client.address', 'http.request.header.cookie', 'http.request.header.authorization', 'user.email', 'payment.card', 'rpc.request.metadata.x-api-key']);

/** A fresh scanner, with its remembered keys warm; the median of some rounds over all values. */
function newValue_ns(values: readonly { readonly key: string; readonly value: string }[]): number {
  const scanner = new Scanner();
  const all = Buffer.from(values.map(({ value }) => value).join(''));
  const places: { start: number; end: number; keyClass: KeyClass }[] = [];
  let at = 0;
  for (const { key, value } of values) {
    const length = Buffer.byteLength(value);
    places.push({ start: at, end: at + length, keyClass: scanner.keyClass(key) });
    at += length;
  }
  const rounds: number[] = [];
  for (let round = 0; round < 4; round++) {
    const before = process.cpuUsage();
    for (const { start, end, keyClass } of places) scanner.scan(all, start, end, keyClass);
    const { user, system } = process.cpuUsage(before);
    rounds.push(((user + system) * 1_000) / places.length);
  }
  return Math.min(...rounds);
}

function minimized(scanner: Scanner, text: string, keyClass: KeyClass): string {
  const marks: readonly Mark[] = scanner.scanText(text, keyClass) ?? [];
  let written = '';
  let at = 0;
  for (const mark of marks) {
    written += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return written + text.slice(at);
}
