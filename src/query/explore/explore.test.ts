/**
 * Looking around against a real engine: what a chart, a suggestion or a tail says is what is kept, of this tenant only, and a share of
 * the spans is said to be one.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Reader, TenantId } from '#model';
import { createAnswering, type Run } from '#query/answering';
import type { Filters } from '#query/condition';
import { createTestStore, seeingAll, START_NS, TODAY_MS, type TestSpan, type TestStore } from '#query/testing';
import { isRefusal, type Refusal } from '#refusal';
import { createExplore, type Explore } from './explore.ts';
import { countOverTime } from './histogram.ts';
import { findKeys } from './keys.ts';
import { drawPoints } from './points.ts';
import { lookTwice } from './sample.ts';
import { findValues } from './values.ts';

const viewer = (tenant: string): Reader => ({ id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });
const reader = viewer('default');
const id = (serial: number): string => serial.toString(16).padStart(32, '0');
const now_ms = (): number => TODAY_MS + 3_600_000;
const MINUTE_NS = 60_000_000_000n;
const HOUR = { start: START_NS, end: START_NS + 60n * MINUTE_NS - 1n };

let store: TestStore;
let explore: Explore;
/** As `answer` gives it, for the parts of this folder alone. */
let run: Run;

/** Sixty minutes of a hundred spans; every tenth fails, every fourth has the colour red. */
const SPANS: readonly TestSpan[] = Array.from({ length: 6_000 }, (_, at) => ({
  traceId: id(1 + Math.floor(at / 4)),
  columns: {
    start: (START_NS + BigInt(Math.floor(at / 100)) * MINUTE_NS + BigInt(at % 100)).toString(),
    duration: String(1_000_000 + at),
    status_code: at % 10 === 0 ? 2 : 0,
    service: at % 2 === 0 ? 'shop' : 'till',
    name: at % 1_000 === 7 ? 'rare' : 'usual',
    kind: 2,
    attributes: { colour: at % 4 === 0 ? 'red' : `grey ${at % 4}`, 'http.response.status_code': '200', ...(at === 5_999 ? { seldom: 'yes' } : {}) },
    attribute_types: at === 5_999 ? 'sis' : 'si',
    ...(at % 50 === 0 ? { 'events.time': ['1'], 'events.name': ['exception'], 'events.attributes': [{ 'exception.type': 'TypeError' }], 'events.attribute_types': ['s'], 'events.dropped': [0] } : {}),
  },
}));

before(async () => {
  store = createTestStore();
  for (let from = 0; from < SPANS.length; from += 500) await store.addBlock(SPANS.slice(from, from + 500));
  await store.addBlock([{ traceId: id(9_999), tenant: 'other', columns: { start: (START_NS + MINUTE_NS).toString(), service: 'their-service', attributes: { theirs: 'their-value' }, attribute_types: 's' } }]);
  explore = createExplore(createAnswering({ store, now_ms, settle_ms: 0 }), { producers: async () => [{ id: 'p_1', name: 'checkout' }] });
  run = seeingAll(store);
});
after(() => store.close());

function ok<T>(value: T | Refusal): T {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused} ${value.detail ?? ''}`);
  return value;
}

const asked = (filters: Partial<Filters> = {}): Filters & typeof HOUR => ({ attributes: [], ...HOUR, ...filters });
const red: Filters['attributes'] = [{ place: 'span', key: 'colour', op: '=', value: 'red' }];
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

test('histogram() counts every span of the range in its bucket, and its errors', async () => {
  const { buckets, stepNano, sampledOneIn, start, end } = ok(await explore.histogram(reader, asked(), 60));
  assert.deepEqual([stepNano, sampledOneIn, start, end], [MINUTE_NS.toString(), 1, HOUR.start.toString(), HOUR.end.toString()]);
  assert.deepEqual(buckets.count, new Array(60).fill(100));
  assert.deepEqual(buckets.errors, new Array(60).fill(10));
});

test('histogram() takes the filters of a search', async () => {
  assert.equal(total(ok(await explore.histogram(reader, asked({ service: 'till' }), 7)).buckets.count), 3_000);
  assert.equal(total(ok(await explore.histogram(reader, asked({ status: 'error' }), 7)).buckets.count), 600);
  assert.equal(total(ok(await explore.histogram(reader, asked({ attributes: red }), 240)).buckets.count), 1_500);
  assert.equal(total(ok(await explore.histogram(reader, { ...asked({ operation: 'rare' }), end: START_NS + 10n * MINUTE_NS }, 10)).buckets.count), 1);
  assert.deepEqual(ok(await explore.histogram(reader, asked({ service: 'their-service' }), 2)).buckets.count, [0, 0]);
});

test('a histogram from a share of the spans says so, and is near the whole', async () => {
  const { buckets, sampledOneIn } = await countOverTime(asked({ attributes: red }), HOUR, 6, run, 3_000);
  assert.ok(sampledOneIn > 1);
  for (const count of buckets.count) assert.ok(Math.abs(count - 250) <= 25, String(count));
  const errors = total(buckets.errors);
  assert.ok(Math.abs(errors - 300) <= 30, String(errors));
});

test('points() draws every span when they are few', async () => {
  const drawn = ok(await explore.points(reader, asked({ operation: 'rare' }), 100));
  assert.deepEqual([drawn.total, drawn.oneIn], [6, 1]);
  assert.equal(drawn.points.trace.length, 6);
  const at = drawn.points.startOffset.indexOf(7);
  assert.equal(drawn.points.duration[at], 1_000_007);
  assert.equal(drawn.services[drawn.points.service[at] ?? -1], 'till');
  assert.equal(drawn.traceIds[drawn.points.trace[at] ?? -1], id(2));
});

test('points() thins many evenly, keeps the slowest and more of the errors', async () => {
  const drawn = ok(await explore.points(reader, asked(), 500));
  const { points } = drawn;
  assert.equal(drawn.total, 6_000);
  assert.ok(drawn.oneIn > 10, String(drawn.oneIn));
  assert.ok(points.duration.length > 300 && points.duration.length <= 500, String(points.duration.length));
  assert.ok(points.duration.includes(1_005_999), 'the slowest');
  const errors = points.error.filter((one) => one === 1).length;
  assert.ok(errors / points.error.length > 0.15, `${errors} errors of ${points.error.length}`);
  const firstHalf = points.startOffset.filter((offset) => offset < Number(30n * MINUTE_NS)).length;
  assert.ok(firstHalf > points.startOffset.length * 0.3);
  assert.deepEqual(ok(await explore.points(reader, asked(), 500)), drawn, 'the same points again');
});

test('a chart of nothing is empty', async () => {
  const none = asked({ service: 'nobody', attributes: red });
  const drawn = ok(await explore.points(reader, none, 100));
  assert.deepEqual([drawn.total, drawn.oneIn, drawn.traceIds], [0, 1, []]);
  assert.equal(total(ok(await explore.histogram(reader, none, 10)).buckets.count), 0);
  assert.deepEqual(ok(await explore.attributeKeys(reader, { ...HOUR, prefix: '', service: 'nobody', limit: 9 })).keys, []);
  assert.deepEqual(ok(await explore.attributeValues(reader, { ...HOUR, key: 'name', place: 'field', prefix: '', service: 'nobody', limit: 9 })).values, []);
});

test('points() from a share estimates the total', async () => {
  const drawn = await drawPoints(asked({ attributes: red }), HOUR, 5_000, run, 3_000);
  assert.ok(drawn.oneIn > 1);
  assert.equal(drawn.total, drawn.points.trace.length * drawn.oneIn);
});

test('attributeKeys() names keys of spans, events, resources and scopes with their types', async () => {
  const { keys, more } = ok(await explore.attributeKeys(reader, { ...HOUR, prefix: '', limit: 500 }));
  assert.equal(more, false);
  const found = Object.fromEntries(keys.map(({ key, place, count, types }) => [`${place} ${key}`, [count, ...types]]));
  assert.deepEqual(found, { 'span colour': [6_000, 'string'], 'span http.response.status_code': [6_000, 'int'], 'span seldom': [1, 'string'], 'event exception.type': [120, 'string'], 'resource service.name': [6_000, 'string'] });
  assert.deepEqual(ok(await explore.attributeKeys(reader, { ...HOUR, prefix: 'http.', limit: 500 })).keys.map(({ key }) => key), ['http.response.status_code']);
  const one = ok(await explore.attributeKeys(reader, { ...HOUR, prefix: '', limit: 1 }));
  assert.deepEqual([one.keys.length, one.more], [1, true]);
  assert.deepEqual(ok(await explore.attributeKeys(viewer('other'), { ...HOUR, prefix: 'th', limit: 9 })).keys.map(({ key }) => key), ['theirs']);
});

test('attributeValues() lists values by frequency, at one place or anywhere', async () => {
  const values = async (key: string, more: object = {}): Promise<(string | number)[][]> => ok(await explore.attributeValues(reader, { ...HOUR, key, prefix: '', limit: 100, ...more })).values.map(({ value, count }) => [value, count]);
  assert.deepEqual(await values('colour'), [['grey 1', 1_500], ['grey 2', 1_500], ['grey 3', 1_500], ['red', 1_500]]);
  assert.deepEqual(await values('colour', { prefix: 'r' }), [['red', 1_500]]);
  assert.deepEqual(await values('colour', { service: 'shop' }), [['grey 2', 1_500], ['red', 1_500]]);
  assert.deepEqual(await values('colour', { place: 'resource' }), []);
  assert.deepEqual(await values('exception.type', { place: 'event' }), [['TypeError', 120]]);
  assert.deepEqual(await values('service.name'), [['shop', 6_000]]);
  assert.deepEqual(await values('name', { place: 'field' }), [['usual', 5_994], ['rare', 6]]);
  assert.deepEqual(await values('status', { place: 'field' }), [['unset', 5_400], ['error', 600]]);
  assert.deepEqual(await values('kind', { place: 'field' }), [['server', 6_000]]);
  assert.deepEqual(await values('service', { place: 'field', prefix: 't' }), [['till', 3_000]]);
  assert.deepEqual(await values('theirs'), []);
});

test('suggestions from a share say so, and look closer for what is rare', async () => {
  const keys = await findKeys(undefined, HOUR, run, 3_000);
  assert.ok(keys.sampledOneIn > 1);
  assert.ok(keys.keys.some(({ key }) => key === 'colour'));
  const values = await findValues({ key: 'seldom', prefix: '', limit: 9 }, HOUR, run, 2_000);
  assert.deepEqual(values, { values: [{ value: 'yes', count: 1 }], more: false, sampled: false });
  const shares: number[] = [];
  const look = async (oneIn: number): Promise<number> => shares.push(oneIn);
  assert.deepEqual(await lookTwice({ attributes: [] }, HOUR, 100, run, look, () => false), { found: 2, oneIn: Math.ceil((shares[0] ?? 0) / 4) });
  await lookTwice({ attributes: [] }, HOUR, 100, run, look, () => true);
  assert.equal(shares.length, 3);
});

test('arrivals() tells of each new block once, newest first, and says what it left out', async () => {
  const search = { attributes: [], start: START_NS - MINUTE_NS, service: 'live' };
  const begin = ok(await explore.beginTail(reader, search));
  assert.deepEqual(ok(await explore.arrivals(reader, search, begin)), { traces: [], skipped: 0, mark: begin });
  const span = (serial: number, service = 'live'): TestSpan => ({ traceId: id(20_000 + serial), columns: { service } });
  await store.addBlock([span(1), span(2)], 1);
  await store.addBlock([span(3), span(4, 'quiet'), { ...span(5), tenant: 'other' }]);
  const found = ok(await explore.arrivals(reader, search, begin));
  assert.deepEqual(found.traces.map(({ traceId }) => traceId), [id(20_003), id(20_002), id(20_001)]);
  assert.equal(found.skipped, 0);
  assert.deepEqual(ok(await explore.arrivals(reader, search, found.mark)).traces, []);
  await store.session.queryBindAsync(`INSERT INTO spans SELECT * REPLACE (block - 2 AS block) FROM (SELECT * FROM spans WHERE service = 'live' AND block = (SELECT max(block) FROM spans))`, {});
  const late = ok(await explore.arrivals(reader, search, found.mark));
  assert.deepEqual(late.traces.map(({ traceId }) => traceId), [id(20_003)], 'a block that becomes readable late');
  await store.addBlock(Array.from({ length: 60 }, (_, at) => span(100 + at)));
  const many = ok(await explore.arrivals(reader, search, late.mark));
  assert.deepEqual([many.traces.length, many.skipped], [50, 10]);
});

test('accountingHistory() gives the account per bucket, producer and reason', async () => {
  const at = (minute: number): string => new Date(TODAY_MS + minute * 60_000).toISOString().replace('T', ' ').replace('Z', '');
  const line = (minute: number, outcome: string, reason: string, count: number, tenant = 'default', producer = 'p_1'): string => `('${at(minute)}', '${tenant}', '${producer}', '${outcome}', '${reason}', ${count}, 1)`;
  await store.session.queryBindAsync(`INSERT INTO accounting VALUES ${[line(1, 'received', '', 10), line(1, 'stored', '', 7), line(1, 'refused', 'span_time', 3), line(31, 'received', '', 5), line(31, 'dropped', 'duplicate', 5), line(31, 'minimized', 'email', 4), line(31, 'received', '', 99, 'other'), line(40, 'received', '', 1, 'default', 'p_2'), line(-10, 'received', '', 1_000)].join(', ')}`, {});
  const settles = store.settles;
  const history = ok(await explore.accountingHistory(reader, { ...HOUR, buckets: 2 }));
  assert.equal(store.settles, settles + 1, 'refusals alone leave no rows to wait for, and are there all the same');
  assert.deepEqual(history.producers, [
    { id: 'p_1', name: 'checkout', received: [10, 5], stored: [7, 0], refused: [3, 0], dropped: [0, 5] },
    { id: 'p_2', name: 'p_2', received: [0, 1], stored: [0, 0], refused: [0, 0], dropped: [0, 0] },
  ]);
  assert.deepEqual(history.reasons, [
    { outcome: 'dropped', reason: 'duplicate', producer: 'p_1', count: 5, series: [0, 5] },
    { outcome: 'minimized', reason: 'email', producer: 'p_1', count: 4, series: [0, 4] },
    { outcome: 'refused', reason: 'span_time', producer: 'p_1', count: 3, series: [3, 0] },
  ]);
  assert.deepEqual(ok(await explore.accountingHistory(reader, { ...HOUR, buckets: 1, producer: 'p_2' })).producers.map(({ id: producer }) => producer), ['p_2']);
});

test('what cannot be asked is refused', async () => {
  const refused = async (value: Promise<unknown>): Promise<void> => assert.ok(isRefusal(await value));
  await refused(explore.histogram(reader, asked(), 0));
  await refused(explore.histogram(reader, asked(), 241));
  await refused(explore.histogram(reader, { attributes: [], start: 2n, end: 1n }, 10));
  await refused(explore.histogram(reader, { attributes: [], start: 0n, end: START_NS }, 10));
  await refused(explore.points(reader, asked(), 5_001));
  await refused(explore.points(reader, asked({ attributes: [{ place: 'any', key: 'a', op: '=~', value: '(' }] }), 10));
  await refused(explore.beginTail(reader, asked({ attributes: [{ place: 'any', key: 'a', op: '=~', value: '(' }] })));
  await refused(explore.accountingHistory(reader, { ...HOUR, buckets: 241 }));
  await refused(explore.histogram({ ...reader, roles: ['nobody' as 'viewer'] }, asked(), 10));
});
