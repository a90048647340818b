/** What a stopped server's data directory holds, read by the store itself, and whether it is what was acknowledged. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AccountLine } from '#store';
import type { TraceSum } from './load.ts';

export interface Stored {
  readonly traces: readonly { readonly trace: string; readonly spans: string; readonly different: string; readonly ids: string }[];
  /** By the second half of the trace id, as a little-endian number. */
  readonly found: readonly { readonly trace: string; readonly spans: string }[];
  readonly account: readonly AccountLine[];
}

export async function storedIn(data: string): Promise<Stored> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'stored-rows.ts'), data], { env, maxBuffer: 1 << 30 });
  return JSON.parse(stdout) as Stored;
}

/** Every expected trace with exactly its spans, no span twice, nothing else, and the look-up table leads to all of them. */
export function checkStored({ traces, found }: Stored, expected: ReadonlyMap<string, TraceSum>): void {
  const stored = new Map(traces.map((row) => [row.trace, row]));
  const gone = [...expected.keys()].filter((trace) => !stored.has(trace));
  assert.ok(gone.length === 0, `${gone.length} of ${expected.size} acknowledged traces are gone, ${gone[0]} the first of them`);
  const repeated = traces.filter(({ spans, different }) => spans !== different);
  assert.ok(repeated.length === 0, `${repeated.length} of ${traces.length} traces have spans twice, ${repeated[0]?.trace} the first of them`);
  for (const [trace, { spans, ids }] of expected) {
    const row = stored.get(trace);
    assert.deepEqual([Number(row?.spans), row?.ids], [spans, ids.toString()], `trace ${trace} has other spans than were sent`);
  }
  const unknown = [...stored.keys()].filter((trace) => !expected.has(trace));
  assert.deepEqual(unknown, [], 'traces that were never acknowledged');
  assert.deepEqual(
    new Map(found.map(({ trace, spans }) => [trace, Number(spans)])),
    new Map([...expected].map(([trace, { spans }]) => [Buffer.from(trace, 'hex').readBigUInt64LE(8).toString(), spans])),
    'the look-up table leads elsewhere',
  );
}
