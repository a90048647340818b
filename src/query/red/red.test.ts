/**
 * Figures of spans against a real engine, compared with what the spans themselves say: first from spans alone, then with the older ones rolled.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DURATION_ERROR_MAX } from '#clickhouse/durations';
import type { Reader, TenantId } from '#model';
import { createAnswering } from '#query/answering';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from '#query/testing';
import { isRefusal, type Refusal } from '#refusal';
import { createFigures, type FiguresOfSpans, type RedGroup } from './red.ts';

const MINUTE_NS = 60_000_000_000n;
const START = (START_NS / MINUTE_NS) * MINUTE_NS;
const reader: Reader = { id: 't_0000000000000001', name: 'viewer', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: 'default' as TenantId };
const hour = { start: START - 30n * MINUTE_NS, end: START + 30n * MINUTE_NS };

let store: TestStore;
let figures: FiguresOfSpans;

before(() => {
  store = createTestStore();
  figures = createFigures(createAnswering({ store, now_ms: () => TODAY_MS + 60_000, settle_ms: 0 }));
});
after(() => store.close());

let serial = 1;
const span = (columns: Readonly<Record<string, unknown>>, more: Partial<TestSpan> = {}): TestSpan => ({ traceId: (serial += 1).toString(16).padStart(32, '0'), columns: { kind: 2, start: String(START), ...columns }, ...more });

function found<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) assert.fail(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

const named = (groups: readonly RedGroup[]): string[] => groups.map(({ service, operation, kind, count, errors, previous }) => [service, operation, kind, count, errors, previous?.count ?? '-'].join(' '));

test('red() counts by service, operation and in all, with the period before', async () => {
  await store.addBlock([
    ...Array.from({ length: 6 }, (_, at) => span({ service: 'web', name: at < 4 ? 'GET /' : 'GET /cart', status_code: at === 0 ? 2 : 0, start: String(START + BigInt(at) * MINUTE_NS) })),
    span({ service: 'web', name: 'GET /', start: String(START - 40n * MINUTE_NS) }), span({ service: 'web', name: 'SELECT', kind: 3, parent_span_id: '1111111111111111' }), span({ service: 'cart', name: 'Get', kind: 1 }),
    span({ service: 'foreign', name: 'x' }, { tenant: 'other' }), span({ service: 'web', name: 'long ago', start: String(START - 300n * MINUTE_NS) }),
  ]);
  const byService = found(await figures.red(reader, { by: 'service', buckets: 6, ...hour }));
  assert.deepEqual(named(byService.groups), ['web   7 1 1', 'cart   1 0 -']);
  assert.deepEqual([byService.start, byService.end, byService.step, byService.previous.start, byService.more], [hour.start, hour.end, 10n * MINUTE_NS, hour.start - 60n * MINUTE_NS, false]);
  assert.deepEqual(byService.groups[0]?.series.count, [0, 0, 0, 7, 0, 0]);
  assert.deepEqual(byService.groups[0]?.series.p50.map((value) => value === null), [true, true, true, false, true, true]);
  assert.deepEqual(named(found(await figures.red(reader, { by: 'operation', service: 'web', buckets: 6, ...hour })).groups), ['web GET / 2 4 1 1', 'web GET /cart 2 2 0 -', 'web SELECT 3 1 0 -']);
  assert.deepEqual(named(found(await figures.red(reader, { by: 'total', buckets: 6, ...hour })).groups), ['   8 1 1']);
  assert.deepEqual(named(found(await figures.red(reader, { by: 'service', kind: 'entry', buckets: 6, ...hour })).groups), ['web   6 1 1', 'cart   1 0 -']);
  assert.deepEqual(named(found(await figures.red(reader, { by: 'operation', kind: 3, operation: 'SELECT', buckets: 6, ...hour })).groups), ['web SELECT 3 1 0 -']);
});

test('red() says which minutes it covers, whatever was asked', async () => {
  const odd = found(await figures.red(reader, { by: 'total', buckets: 120, start: START + 5n, end: START + MINUTE_NS + 1n }));
  assert.deepEqual([odd.start, odd.end, odd.step, odd.groups[0]?.series.count], [START, START + 2n * MINUTE_NS, MINUTE_NS, [3, 1]]);
  const day = found(await figures.red(reader, { by: 'total', buckets: 100, start: START - 1_440n * MINUTE_NS, end: START + 5n }));
  assert.deepEqual([day.step, day.groups[0]?.series.count.length], [15n * MINUTE_NS, 97]);
  for (const wrong of [{ start: 5n, end: 5n }, { start: 6n, end: 5n }, { start: START - 32n * 1_440n * MINUTE_NS, end: START }]) assert.ok(isRefusal(await figures.red(reader, { by: 'total', buckets: 1, ...wrong })));
});

test('percentiles are within the stated share of the exact ones', async () => {
  const random = lcg(7);
  // From a tenth of a millisecond to minutes.
  const durations = Array.from({ length: 3_000 }, () => Math.round(100_000 * 10 ** (random() * 6)));
  await store.addBlock(durations.map((duration) => span({ service: 'spread', name: 'x', duration: String(duration) })));
  const [group] = found(await figures.red(reader, { by: 'service', service: 'spread', buckets: 1, ...hour })).groups;
  const sorted = durations.toSorted((left, right) => left - right);
  for (const [name, share] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const) {
    const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    const off = Math.abs((group?.[name] ?? 0) - exact) / exact;
    assert.ok(off <= DURATION_ERROR_MAX + 1e-6, `${name}: ${off}`);
  }
  assert.ok(DURATION_ERROR_MAX < 0.044);
});

test('durations of nothing, of less than nothing and of years are figures too', async () => {
  await store.addBlock([['0', 'none'], ['-5000000', 'negative'], ['90000000000000000', 'years']].map(([duration, service]) => span({ service, name: 'x', duration })));
  const p99 = async (service: string): Promise<number | null | undefined> => found(await figures.red(reader, { by: 'service', service, buckets: 1, ...hour })).groups[0]?.p99;
  assert.deepEqual([await p99('none'), await p99('negative'), await p99('years')], [0, 0, 90_000_000_000_000_000]);
});

test('minimized() counts replaced values by service and kind, those of a resource once a block and minute', async () => {
  const minimized = { 'minimized.place': ['attributes.mail', 'resource.host.ip'], 'minimized.kind': ['email', 'ip'], 'minimized.count': [2, 1] };
  await store.addBlock([span({ service: 'leaky', ...minimized }), span({ service: 'leaky', ...minimized })]);
  const { services, more } = found(await figures.minimized(reader, hour));
  assert.deepEqual([services, more], [[{ service: 'leaky', kinds: [{ kind: 'email', count: 4 }, { kind: 'ip', count: 1 }] }], false]);
});

test('services() and operations() list names of the tenant', async () => {
  assert.deepEqual(await figures.services(reader), ['cart', 'leaky', 'negative', 'none', 'spread', 'web', 'years']);
  assert.deepEqual(found(await figures.operations(reader, 'web')).map(({ name, kind, spanCount }) => `${name} ${kind} ${spanCount}`), ['GET / 2 5', 'GET /cart 2 2', 'SELECT 3 1', 'long ago 2 1']);
});

test('map() shows services where they are entered, and calls between them with errors and durations', async () => {
  const trace = 'ab'.repeat(16);
  await store.addBlock([
    span({ service: 'shop', kind: 2, duration: '5000000' }, { traceId: trace, spanId: '1'.repeat(16) }),
    span({ service: 'stock', kind: 2, duration: '2000000', status_code: 2, parent_span_id: '1'.repeat(16) }, { traceId: trace, spanId: '2'.repeat(16) }),
  ]);
  const map = found(await figures.map(reader, hour));
  assert.deepEqual([map.oneIn, map.more, map.edges], [1, false, [{ parent: 'shop', child: 'stock', count: 1, errors: 1, p50: 2_000_000, p95: 2_000_000, p99: 2_000_000 }]]);
  const stock = map.nodes.find(({ service }) => service === 'stock');
  assert.deepEqual([stock?.count, stock?.errors], [1, 1]);
});

test('only the reader’s tenant and role are answered', async () => {
  const other = { ...reader, tenant: 'other' as TenantId };
  assert.deepEqual(named(found(await figures.red(other, { by: 'service', buckets: 1, ...hour })).groups), ['foreign   1 0 -']);
  assert.deepEqual([await figures.services(other), found(await figures.map(other, hour)).edges, found(await figures.minimized(other, hour)).services], [['foreign'], [], []]);
});

test('questions wait for what is pending', async () => {
  store.pending = true;
  const settles = store.settles;
  await figures.red(reader, { by: 'total', buckets: 1, ...hour });
  assert.equal(store.settles, settles + 1);
});

function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
