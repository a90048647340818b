/**
 * Calls between services against a real engine: wherever parent and child lie, exact and estimated, from spans and from the sample that is kept.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Run } from '#query/answering';
import { createTestStore, seeingAll, START_NS, type TestSpan, type TestStore } from '#query/testing';
import { findEdges } from './calls.ts';

const TRACES = 1_600;
const HOUR_NS = 3_600_000_000_000n;
const WINDOW = { start: START_NS - HOUR_NS, end: START_NS + HOUR_NS };
const PARENT_NS = START_NS - 90n * 60_000_000_000n;
const EDGES_MAX = 100;

/** The half of an id that is random is spread over what there is. */
const traceId = (serial: number): string => `${serial.toString(16).padStart(16, '0')}${((BigInt(serial) * 0x9e37_79b9_7f4a_7c15n) & ((1n << 64n) - 1n)).toString(16).padStart(16, '0')}`;
const span = (serial: number, spanId: string, parent: string, service: string, columns: Readonly<Record<string, unknown>> = {}): TestSpan => ({ traceId: traceId(serial), spanId: spanId.repeat(16), columns: { parent_span_id: parent.repeat(16), service, ...columns } });

let store: TestStore;
let run: Run;

before(async () => {
  store = createTestStore();
  run = seeingAll(store);
  const block = (at: number): TestSpan[] => Array.from({ length: TRACES / 2 }, (_, n) => n + at).flatMap((n) => [span(n, '1', '0', 'web'), span(n, '2', '1', 'web'), span(n, '3', '2', 'cart', { status_code: n % 2 === 0 ? 2 : 0, duration: '3000000' }), span(n, '4', '3', 'db')]);
  await store.addBlock(block(1));
  await store.addBlock(block(1 + TRACES / 2));
  // A parent in another block, and two with the same id: the call counts once.
  await store.addBlock([span(1, '5', '4', 'disk'), span(1, '4', '3', 'db')]);
  await store.addBlock([span(5_000_000, '1', '0', 'early', { start: String(PARENT_NS) })]);
  await store.addBlock([span(5_000_000, '2', '1', 'late', { start: String(START_NS) })]);
});
after(() => store.close());

test('findEdges() counts calls from one service to another, wherever parent and child lie', async () => {
  const { edges, oneIn, more } = await findEdges(WINDOW, store.figures, run, EDGES_MAX);
  assert.deepEqual([oneIn, more], [1, false]);
  assert.deepEqual(edges.map(({ parent, child, count, errors }) => `${parent} ${child} ${count} ${errors}`), [`cart db ${TRACES + 1} 0`, `web cart ${TRACES} ${TRACES / 2}`, 'db disk 1 0', 'early late 1 0']);
  assert.deepEqual(edges.map(({ p50 }) => p50), [1_000_000, 3_000_000, 1_000_000, 1_000_000]);
  assert.deepEqual((await findEdges({ start: START_NS + 1n, end: WINDOW.end }, store.figures, run, EDGES_MAX)).edges, []);
  const fewer = await findEdges(WINDOW, store.figures, run, 2);
  assert.deepEqual([fewer.edges.length, fewer.more], [2, true]);
});

test('findEdges() estimates from whole traces where there are too many spans', async () => {
  for (const [spans_max, expected] of [[6_000, 16], [200, 48]] as const) {
    const { edges, oneIn } = await findEdges(WINDOW, store.figures, run, EDGES_MAX, spans_max);
    assert.equal(oneIn, expected);
    const count = (parent: string): number => edges.find((edge) => edge.parent === parent)?.count ?? 0;
    // A join of unlike shares would find a fraction of it.
    for (const parent of ['web', 'cart']) assert.ok(count(parent) > TRACES / 2 && count(parent) < TRACES * 2 && count(parent) % oneIn === 0, `${parent} ${count(parent)}`);
  }
});

test('what is rolled comes from the sample, and is not counted again from its spans', async () => {
  const before = await findEdges(WINDOW, store.figures, run, EDGES_MAX, 6_000);
  const { blocks } = store.figures;
  await store.session.queryAsync("INSERT INTO calls SELECT 1, day, retention, tenant, reinterpretAsUInt64(substring(trace_id, 9, 8)) AS trace, span_id, parent_span_id, service, start, duration, status_code = 2, '' FROM spans WHERE block IN (1, 2) AND trace % 16 = 0");
  // A roll that did not come to its end.
  await store.session.queryAsync("INSERT INTO calls SELECT 2, day, retention, tenant, trace, span_id, parent_span_id, service, start, duration, error, environment FROM calls");
  const state = { roll: 1, blocks: blocks.filter((block) => block > 2) };
  await store.session.queryAsync("INSERT INTO figures (what, roll, day, retention, tenant, minute, service, operation, kind, entry, rest, count, errors, longest) SELECT 'services', 1, day, retention, tenant, intDiv(start, 60000000000), service, '', kind, 1, 0, count(), 0, 0 FROM spans WHERE block IN (1, 2) GROUP BY ALL");
  assert.deepEqual(await findEdges(WINDOW, state, run, EDGES_MAX, 6_000), before);
});
