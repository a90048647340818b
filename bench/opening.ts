/** How long it takes until what a trace has sealed is shown: the whole answer of the console port, the record in the log included, and beside it the same trace with its seals closed. */
import { withSealingRoot } from '#keys';
import { Secret } from '#model';
import { isRefusal } from '#refusal';
import type { Corpus } from './corpus.ts';
import type { MeasuredServer } from './server.ts';
import { type Summary, summaryOf } from './summary.ts';

export interface Opening {
  /** Values opened, in all. */
  readonly values: number;
  readonly closed_ms: Summary;
  readonly opened_ms: Summary;
}

interface Revealed {
  readonly reveal: { readonly opened: number; readonly erased: number; readonly changed: number };
}

/** As many as a reader may open in an hour is 60. */
const TRACES_MAX = 50;

/** Traces that were sent in a pass, by turns closed and opened. */
export async function measureOpening(server: MeasuredServer, corpus: Corpus, pass: number): Promise<Opening> {
  const token = await server.token('investigator');
  const [closed, opened]: [number[], number[]] = [[], []];
  let values = 0;
  const step = Math.max(1, Math.floor(corpus.described.traces / TRACES_MAX));
  for (let trace = 0; trace < corpus.described.traces && opened.length < TRACES_MAX; trace += step) {
    const path = `/api/v1/traces/${corpus.traceId(trace, pass)}`;
    const before = await server.ask(path);
    if (!JSON.stringify(before.json).includes('[sealed]')) continue;
    closed.push(before.ms);
    const { json, ms } = await server.ask(`${path}/reveal`, { body: { reason: 'measured by the bench' }, token });
    const { reveal } = json as Revealed;
    if (reveal.erased + reveal.changed > 0) throw new Error('cannot measure openings: something did not open');
    values += reveal.opened;
    opened.push(ms);
  }
  return { values, closed_ms: summaryOf(closed), opened_ms: summaryOf(opened) };
}

/** Reading a sealing root that is a passphrase, which whoever opens something waits for besides. */
export async function measurePassphrase(): Promise<number> {
  const passphrase = new Secret<Uint8Array>(Buffer.from('correct horse battery staple'));
  const before = performance.now();
  const opened = await withSealingRoot({ kind: 'passphrase', passphrase }, null, async () => true);
  if (isRefusal(opened)) throw new Error(`cannot open the sealing root: ${opened.refused}`);
  return performance.now() - before;
}
