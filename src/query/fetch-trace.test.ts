/**
 * Several traces fetched at once, against a real engine.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Run } from './answering.ts';
import { fetchTraces, fitTogether } from './fetch-trace.ts';
import { createTestStore, seeingAll, START_NS, type TestSpan, type TestStore } from './testing.ts';

const TRACES = 400;
const PARENT_NS = START_NS - 90n * 60_000_000_000n;

/** The half of an id that is random is spread over what there is. */
const traceId = (serial: number): string => `${serial.toString(16).padStart(16, '0')}${((BigInt(serial) * 0x9e37_79b9_7f4a_7c15n) & ((1n << 64n) - 1n)).toString(16).padStart(16, '0')}`;
const span = (serial: number, spanId: string, parent: string, service: string, columns: Readonly<Record<string, unknown>> = {}): TestSpan => ({ traceId: traceId(serial), spanId: spanId.repeat(16), columns: { parent_span_id: parent.repeat(16), service, ...columns } });

let store: TestStore;
let run: Run;

before(async () => {
  store = createTestStore();
  run = seeingAll(store);
  const block = (at: number): TestSpan[] => Array.from({ length: TRACES / 2 }, (_, n) => n + at).flatMap((n) => [span(n, '1', '0', 'web'), span(n, '2', '1', 'web'), span(n, '3', '2', 'cart'), span(n, '4', '3', 'db')]);
  await store.addBlock(block(1));
  await store.addBlock(block(1 + TRACES / 2));
  // A parent in another block, and one that was stored twice: the call counts once.
  await store.addBlock([span(1, '5', '4', 'disk'), span(1, '4', '3', 'db')]);
  await store.addBlock([span(5_000, '1', '0', 'early', { start: String(PARENT_NS) })]);
  await store.addBlock([span(5_000, '2', '1', 'late', { start: String(START_NS) })]);
});
after(() => store.close());

test('fetchTraces() gives whole traces in the order asked for, over pages', async () => {
  const wanted = [traceId(3), traceId(9_999), traceId(1), traceId(5_000)];
  for (const page of [2, 5_000]) {
    const traces = await fetchTraces(wanted, run, page);
    assert.deepEqual(traces.map((trace) => [trace.traceId, trace.spans.length, trace.more]), [[traceId(3), 4, false], [traceId(1), 5, false], [traceId(5_000), 2, false]]);
    assert.deepEqual(traces[2]?.spans.map(({ service }) => service), ['early', 'late']);
    assert.deepEqual([...(traces[1]?.notes ?? [])].map(([{ service }, note]) => [service, note]), [['db', { version: 1, versions: 1, copies: 2, begunOutside: false }]]);
  }
  assert.deepEqual(await fetchTraces([], run), []);
});

test('fitTogether() leaves out what would make the answer too large, but never everything', () => {
  const found = [{ traceId: 'a', spanCount: 900 }, { traceId: 'b', spanCount: 200 }, { traceId: 'c', spanCount: 100 }];
  assert.deepEqual(fitTogether(found, 1_000), { fitting: ['a', 'c'], leftOut: ['b'] });
  assert.deepEqual(fitTogether(found, 100), { fitting: ['a'], leftOut: ['b', 'c'] });
  assert.deepEqual(fitTogether([], 1), { fitting: [], leftOut: [] });
});
