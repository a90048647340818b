/**
 * Queries against a real engine: a span read back is the span stored, nobody reads another tenant's, pages are complete.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Reader, TenantId, TraceId } from '#model';
import { isRefusal, type Refusal } from '#refusal';
import { LIMITS } from '#limits';
import type { AttributeFilter } from './condition.ts';
import { drawTrace, readOtlpTrace } from './draw.ts';
import { fetchTrace } from './fetch-trace.ts';
import { otlpJson, plainOtlpJson } from './otlp-json.ts';
import { createQueries, type Queries, type Search } from './query.ts';
import type { SearchPage } from './search.ts';
import { createTestStore, seeingAll, START_NS, TODAY_MS, type TestSpan, type TestStore } from './testing.ts';

const viewer = (tenant: string): Reader => ({ id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });
const reader = viewer('default');
const id = (serial: number): string => serial.toString(16).padStart(32, '0');
const now_ms = (): number => TODAY_MS + 60_000;

let store: TestStore;
let queries: Queries;

before(() => {
  store = createTestStore();
  queries = createQueries({ store, producers: async () => [{ id: 'p_0000000000000001', name: 'shop' }], now_ms, settle_ms: 0 });
});
after(() => store.close());

function ok<T>(value: T | Refusal): T {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused} ${value.detail ?? ''}`);
  return value;
}

async function find(search: Partial<Search>, who: Reader = reader): Promise<string[]> {
  const page = ok(await queries.search(who, { attributes: [], limit: 100, ...search }));
  return page.traces.map(({ traceId }) => traceId);
}

const where = (key: string, op: AttributeFilter['op'], value = '', place: AttributeFilter['place'] = 'any'): Partial<Search> => ({ attributes: [{ place, key, op, value }] });

test('traceById() gives back every type, order and field as stored', async () => {
  const attributes = { text: 'plain "quoted" \u2028 é', int: '-9223372036854775808', double: '-0', big: '1.7976931348623157e+308', nan: 'NaN', yes: 'true', bytes: 'AAH/', list: '{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":1.0}]}}', map: '{"kvlistValue":{"values":[{"key":"k","value":{}}]}}', none: '' };
  await store.addBlock([
    {
      traceId: id(1),
      spanId: 'aaaaaaaaaaaaaaaa',
      columns: {
        parent_span_id: 'bbbbbbbbbbbbbbbb', trace_state: 'a=1,b=2', flags: 0x301, name: 'GET /', kind: 3, start: START_NS.toString(), duration: '-5', status_code: 2, status_message: 'no "way"',
        resource: '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"load","value":{"doubleValue":-0}}],"droppedAttributesCount":3,"schemaUrl":"https://r"}',
        scope: '{"name":"lib","version":"1.2","attributes":[{"key":"a","value":{"boolValue":true}}],"droppedAttributesCount":1,"schemaUrl":"https://s"}',
        attributes, attribute_types: 'sidddbxamn', dropped_attributes: 4, dropped_events: 5, dropped_links: 6,
        'events.time': ['18446744073709551615'], 'events.name': ['exception'], 'events.attributes': [{ 'exception.type': 'E' }], 'events.attribute_types': ['s'], 'events.dropped': [7],
        'links.trace_id': [id(99)], 'links.span_id': ['cccccccccccccccc'], 'links.trace_state': ['x=y'], 'links.flags': [1], 'links.attributes': [{ n: '7' }], 'links.attribute_types': ['i'], 'links.dropped': [8],
        'minimized.place': ['attributes.text', 'status_message'], 'minimized.kind': ['email', 'token'], 'minimized.count': [2, 1],
      },
    },
  ]);
  const text = await otlpJson(ok(await queries.traceById(reader, id(1))));
  assert.ok(text.includes('{"doubleValue":-0}'), 'JSON.parse would not show the sign');
  assert.ok(text.includes('{"key":"load","value":{"doubleValue":-0}}'));
  assert.deepEqual(JSON.parse(text), {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }, { key: 'load', value: { doubleValue: -0 } }], droppedAttributesCount: 3 },
        schemaUrl: 'https://r',
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1.2', attributes: [{ key: 'a', value: { boolValue: true } }], droppedAttributesCount: 1 },
            schemaUrl: 'https://s',
            spans: [
              {
                traceId: id(1), spanId: 'aaaaaaaaaaaaaaaa', parentSpanId: 'bbbbbbbbbbbbbbbb', traceState: 'a=1,b=2', flags: 0x301, name: 'GET /', kind: 3,
                startTimeUnixNano: START_NS.toString(), endTimeUnixNano: (START_NS - 5n).toString(),
                attributes: [
                  { key: 'text', value: { stringValue: 'plain "quoted" \u2028 é' } }, { key: 'int', value: { intValue: '-9223372036854775808' } }, { key: 'double', value: { doubleValue: -0 } },
                  { key: 'big', value: { doubleValue: 1.7976931348623157e308 } }, { key: 'nan', value: { doubleValue: 'NaN' } }, { key: 'yes', value: { boolValue: true } }, { key: 'bytes', value: { bytesValue: 'AAH/' } },
                  { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 1 }] } } }, { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: {} }] } } }, { key: 'none', value: {} },
                  { key: 'tracekeep.minimized', value: { arrayValue: { values: [{ stringValue: 'attributes.text: 2 email' }, { stringValue: 'status_message: 1 token' }] } } },
                ],
                droppedAttributesCount: 4,
                events: [{ timeUnixNano: '18446744073709551615', name: 'exception', attributes: [{ key: 'exception.type', value: { stringValue: 'E' } }], droppedAttributesCount: 7 }],
                droppedEventsCount: 5,
                links: [{ traceId: id(99), spanId: 'cccccccccccccccc', traceState: 'x=y', flags: 1, attributes: [{ key: 'n', value: { intValue: '7' } }], droppedAttributesCount: 8 }],
                droppedLinksCount: 6,
                status: { code: 2, message: 'no "way"' },
              },
            ],
          },
        ],
      },
    ],
    notes: [{ span: 0, spanId: 'aaaaaaaaaaaaaaaa', begunOutside: true }],
  });
});

test('traceById() tells versions of a span, in the order in which they were stored, and shows equal ones once', async () => {
  const one = (name: string, after_ns: bigint) => ({ traceId: id(31), spanId: 'aaaaaaaaaaaaaaaa', columns: { name, start: String(START_NS + after_ns) } });
  await store.addBlock([one('first', 9n), one('forged', 3n), { traceId: id(31), spanId: 'bbbbbbbbbbbbbbbb', columns: { name: 'other' } }]);
  await store.addBlock([one('first', 9n)]);
  const trace = ok(await queries.traceById(reader, id(31)));
  const spansIn = (text: string): Record<string, unknown>[] => (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  const text = await otlpJson(trace);
  assert.deepEqual(spansIn(text).map(({ name, attributes }) => [name, attributes]), [['other', undefined], ['forged', undefined], ['first', undefined]]);
  const spanId = 'aaaaaaaaaaaaaaaa';
  assert.deepEqual((JSON.parse(text) as { notes: unknown }).notes, [{ span: 1, spanId, version: 2, versions: 2, forged: true }, { span: 2, spanId, version: 1, versions: 2, copies: 2 }]);
  const plain = await plainOtlpJson(trace);
  assert.deepEqual(Object.keys(JSON.parse(plain) as object), ['resourceSpans']);
  assert.deepEqual(spansIn(plain).map(({ name, attributes }) => [name, attributes]), [
    ['other', undefined], ['forged', [{ key: 'tracekeep.version', value: { stringValue: '2 of 2, forged: stored after another version' } }]], ['first', [{ key: 'tracekeep.version', value: { stringValue: '1 of 2, stored first' } }]],
  ]);
  const drawn = drawTrace(readOtlpTrace(JSON.parse(await otlpJson(trace))), { width: 100, color: false });
  assert.match(drawn, /! version 2 of 2, forged: stored after another version\n/);
  assert.match(drawn, /! version 1 of 2, stored first\n.*stored 2 times, shown once\n/);
});

test('fetchTrace() takes pages and orders all of them by start', async () => {
  const spans = (tenth: number): TestSpan[] => Array.from({ length: 7 }, (_, at) => ({ traceId: id(2), columns: { start: String(1_000 + ((at * 37 + tenth) % 50)) } }));
  for (const tenth of [1, 2, 3]) await store.addBlock([...spans(tenth), { traceId: id(3) }]);
  for (const page of [1, 3, 7, 21, 22]) {
    const trace = await fetchTrace(id(2) as TraceId, seeingAll(store), page);
    assert.equal(new Set(trace.spans.map(({ spanId }) => spanId)).size, 21, `pages of ${page}`);
    assert.deepEqual(trace.spans.map(({ start }) => start), trace.spans.map(({ start }) => start).toSorted((left, right) => Number(left - right)));
  }
});

test('traceById() refuses what is no id, and says not_found for what is not there', async () => {
  for (const wrong of ['', 'zz', id(0), `${id(1)}0`, "' OR 1=1"]) assert.equal((await queries.traceById(reader, wrong) as Refusal).refused, 'query_invalid', wrong);
  assert.deepEqual(await queries.traceById(reader, id(0xabcdef)), { refused: 'not_found' });
});

test('traceById() waits for the store only when spans of the trace may be pending', async () => {
  const settles = store.settles;
  await queries.traceById(reader, id(1));
  assert.equal(store.settles, settles);
  store.pending = true;
  await queries.traceById(reader, id(1));
  assert.equal(store.settles, settles + 1);
});

test('each question waits for what was acknowledged before it, not for what the first one waited for', async () => {
  let settles = 0;
  const pending: TestStore = { ...store, query: store.query, pendingRows: 1, mayBePending: () => true, settle: async () => void (settles += 1) };
  const reading = createQueries({ store: pending, producers: async () => [], now_ms, settle_ms: 0 });
  for (let asked = 1; asked <= 3; asked++) {
    await reading.services(reader);
    assert.equal(settles, asked);
  }
});

test('while nothing becomes readable, reading goes on with what there is', async () => {
  const stuck: TestStore = { ...store, query: store.query, pendingRows: 1, mayBePending: () => true, settle: async () => Promise.reject(new Error('cannot flush')) };
  const reading = createQueries({ store: stuck, producers: async () => [], now_ms, settle_ms: 0 });
  assert.equal(ok(await reading.traceById(reader, id(1))).spans.length, 1);
  assert.equal((await reading.traceById(reader, id(0xabcdef)) as Refusal).refused, 'query_timeout');
  ok(await reading.search(reader, { attributes: [] }));
});

test('traceById() reads few granules of a large table, through the primary key', () => {
  const plan = store.session.query(`EXPLAIN indexes = 1 SELECT name FROM spans WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = 1)`, 'TSV');
  assert.match(plan, /PrimaryKey[\s\S]*Keys:[\s\S]*block[\s\S]*row/);
});

test('search() by the kind entry finds server and consumer spans and those without a parent', async () => {
  const of = (serial: number, kind: number, parent_span_id = '00000000000000aa'): TestSpan => ({ traceId: id(serial), tenant: 'entries', columns: { kind, parent_span_id } });
  await store.addBlock([of(151, 1), of(152, 2), of(153, 3), of(154, 4), of(155, 5), of(156, 3, '0000000000000000')]);
  const page = ok(await queries.search(viewer('entries'), { attributes: [], kind: 'entry' }));
  assert.deepEqual(page.traces.map(({ traceId }) => traceId).toSorted(), [152, 155, 156].map(id));
});

test('search() finds by each filter, and only what fulfils it', async () => {
  const of = (serial: number, columns: TestSpan['columns'] = {}): TestSpan => ({ traceId: id(serial), tenant: 'filters', columns });
  const who = viewer('filters');
  await store.addBlock([
    of(101, { service: 'cart', name: 'add', kind: 2, status_code: 2, duration: '5000', attributes: { 'http.status_code': '500', route: "/it's", empty: '' }, attribute_types: 'iss' }),
    of(102, { duration: '900', resource: '{"attributes":[{"key":"host.name","value":{"stringValue":"we}b\\"1"}},{"key":"cpus","value":{"intValue":"8"}},{"key":"nothing","value":{"stringValue":""}}]}', scope: '{"name":"s","attributes":[{"key":"lib","value":{"boolValue":true}}]}' }),
    of(103, { 'events.time': ['1'], 'events.name': ['e'], 'events.attributes': [{ 'exception.type': 'TimeoutError' }], 'events.attribute_types': ['s'], 'events.dropped': [0] }),
    of(104, { attributes: { posing: '{"key":"host.name","value":{"stringValue":"posed"}}', 'http.status_code': '200' }, attribute_types: 'si', resource: '{"attributes":[{"key":"note","value":{"stringValue":"{\\"key\\":\\"cpus\\",\\"value\\":{\\"intValue\\":\\"9\\"}}"}}]}' }),
  ]);
  const cases: readonly [Partial<Search>, readonly number[]][] = [
    [{}, [101, 102, 103, 104]],
    [{ service: 'cart' }, [101]],
    [{ service: 'CART' }, []],
    [{ operation: 'add' }, [101]],
    [{ kind: 2 }, [101]],
    [{ status: 'error' }, [101]],
    [{ status: 'unset' }, [102, 103, 104]],
    [{ durationMax_ns: 5000n }, [101, 102]],
    [{ durationMin_ns: 5000n, durationMax_ns: 5000n }, [101]],
    [{ start: START_NS + 1n }, []],
    [{ end: START_NS - 1n }, []],
    [{ start: START_NS, end: START_NS }, [101, 102, 103, 104]],
    [where('http.status_code', '=', '500'), [101]],
    [where('http.status_code', '!=', '500'), [104]],
    [where('http.status_code', '>=', '500'), [101]],
    [where('http.status_code', '<', '5e2'), [104]],
    [where('http.status_code', 'exists'), [101, 104]],
    [where('http.status_code', '=~', '[45]..'), [101]],
    [where('http.status_code', '=~', '0'), []],
    [where('http.status_code', '!~', '5.*'), [104]],
    [where('route', '=', "/it's"), [101]],
    [where('empty', '=', ''), [101]],
    [where('absent', '=', ''), []],
    [where('host.name', '=', 'we}b"1'), [102]],
    [where('host.name', '=', 'posed'), []],
    [where('host.name', '=', 'we}b"1', 'span'), []],
    [where('host.name', 'exists', '', 'resource'), [102]],
    [where('host.name', '=', '"we}b\\"1"'), []],
    [where('cpus', '=', '8'), [102]],
    [where('cpus', '!=', '9'), [102]],
    [where('cpus', '>', '7'), [102]],
    [where('cpus', '=', '9'), []],
    [where('nothing', '=', '', 'resource'), [102]],
    [where('lib', '=', 'true', 'scope'), [102]],
    [where('lib', '=', 'true'), [102]],
    [where('exception.type', '=', 'TimeoutError'), [103]],
    [where('exception.type', '=', 'TimeoutError', 'event'), [103]],
    [where('exception.type', '!=', 'TimeoutError'), []],
    [where('exception.type', '!=', 'Other'), [103]],
    [where('name', '=', 'add', 'field'), [101]],
    [where('name', '=~', 'a.d', 'field'), [101]],
    [where('service', '!=', 'cart', 'field'), [102, 103, 104]],
    [where('status', '!=', 'error', 'field'), [102, 103, 104]],
    [where('kind', '=', 'server', 'field'), [101]],
    [where('message', 'exists', '', 'field'), []],
    [where('route', '~', "IT'S"), [101]],
    [where('host.name', '~', 'E}B'), [102]],
    [where('*', '~', 'ADD'), [101]],
    [where('*', '~', 'timeout'), [103]],
    [where('*', '~', 'posed'), [104]],
    [where('*', '=', 'add'), []],
    [{ service: 'cart', status: 'ok' }, []],
  ];
  for (const [search, expected] of cases) {
    assert.deepEqual((await find(search, who)).toSorted(), expected.map(id), JSON.stringify(search, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
  }
});

test('search() sums up the whole trace, not only what matched', async () => {
  const who = viewer('summary');
  await store.addBlock([
    { traceId: id(201), spanId: '00000000000000c1', tenant: 'summary', columns: { name: 'charge', service: 'pay', parent_span_id: '00000000000000c0', start: (START_NS + 10n).toString(), duration: '5', status_code: 2, 'minimized.place': ['name', 'name', 'resource.host.ip'], 'minimized.kind': ['email', 'neutralized', 'ip'], 'minimized.count': [3, 9, 1] } },
    { traceId: id(201), spanId: '00000000000000c2', tenant: 'summary', columns: { name: 'charge', service: 'pay', parent_span_id: '00000000000000c1', start: (START_NS + 11n).toString(), duration: '1', kind: 5, 'minimized.place': ['resource.host.ip', 'attributes.user.id', 'status.message'], 'minimized.kind': ['ip', 'sealed', 'sealed'], 'minimized.count': [1, 1, 1] } },
  ]);
  await store.addBlock([{ traceId: id(201), spanId: '00000000000000c0', tenant: 'summary', columns: { name: 'buy', service: 'web', start: START_NS.toString(), duration: '100' } }]);
  const page = ok(await queries.search(who, { attributes: [], service: 'pay', kind: 1 }));
  assert.deepEqual(page, {
    traces: [
      {
        traceId: id(201), rootService: 'web', rootName: 'buy', startTimeUnixNano: START_NS.toString(), durationNano: '100', spanCount: 3, errorCount: 1,
        services: [{ name: 'pay', spanCount: 2, errorCount: 1 }, { name: 'web', spanCount: 1, errorCount: 0 }],
        matchedSpanCount: 1, matchedSpanIds: ['00000000000000c1'], minimizedCount: 4, sealedCount: 2,
      },
    ],
    nextCursor: null,
  });
});

test('search() pages hold every trace once, although traces lie in several blocks and new ones arrive meanwhile', async () => {
  const who = viewer('paging');
  // Trace n has spans in block n and in three older or newer ones, with durations that mix the orders.
  for (let block = 0; block < 8; block += 1) {
    const spans = [0, 1, 2, 3].map((step) => ({ traceId: id(300 + ((block * 3 + step * 5) % 20)), tenant: 'paging', columns: { duration: String(((block * 7 + step * 11) % 13) * 1000) } }));
    await store.addBlock(spans);
  }
  const all = (await find({}, who)).toSorted();
  assert.ok(all.length > 12);
  for (const order of ['newest', 'oldest', 'longest', 'shortest'] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 40; page += 1) {
      const answer: SearchPage = ok(await queries.search(who, { attributes: [], limit: 5, order, ...(cursor === undefined ? {} : { cursor }) }));
      assert.ok(answer.traces.length <= 5);
      seen.push(...answer.traces.map(({ traceId }) => traceId));
      if (answer.nextCursor === null) break;
      cursor = answer.nextCursor;
      await store.addBlock([{ traceId: all[page % all.length] ?? id(300), tenant: 'paging', columns: { duration: '99000' } }]);
    }
    assert.deepEqual(seen.toSorted(), all, order);
  }
});

test('search() goes by the order asked for', async () => {
  const who = viewer('orders');
  for (const [serial, duration] of [[401, '300'], [402, '100'], [403, '200']] as const) await store.addBlock([{ traceId: id(serial), tenant: 'orders', columns: { duration } }]);
  assert.deepEqual(await find({ order: 'newest' }, who), [403, 402, 401].map(id));
  assert.deepEqual(await find({ order: 'oldest' }, who), [401, 402, 403].map(id));
  assert.deepEqual(await find({ order: 'longest' }, who), [401, 403, 402].map(id));
  assert.deepEqual(await find({ order: 'shortest' }, who), [402, 403, 401].map(id));
});

test('search() goes on in wider windows until it has found enough, and no further', async () => {
  const who = viewer('windows');
  for (const [serial, skipped] of [[601, 0], [602, 3_000], [603, 200], [604, 10], [605, 0]] as const) await store.addBlock([{ traceId: id(serial), tenant: 'windows' }], skipped);
  const scans = async (search: Partial<Search>): Promise<[string[], number]> => {
    const before = store.statements.length;
    const found = await find(search, who);
    return [found, store.statements.slice(before).filter((sql) => /optimize_read_in_order/.test(sql)).length];
  };
  assert.deepEqual(await scans({}), [[605, 604, 603, 602, 601].map(id), 4]);
  assert.deepEqual(await scans({ limit: 1 }), [[id(605)], 1]);
  assert.deepEqual((await scans({ order: 'oldest' }))[0], [601, 602, 603, 604, 605].map(id));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: SearchPage = ok(await queries.search(who, { attributes: [], limit: 2, order: 'oldest', ...(cursor === null ? {} : { cursor }) }));
    seen.push(...page.traces.map(({ traceId }) => traceId));
    cursor = page.nextCursor;
  } while (cursor !== null && seen.length < 10);
  assert.deepEqual(seen, [601, 602, 603, 604, 605].map(id));
});

test('search() finds what stands behind thousands of matches of one trace', async () => {
  const who = viewer('crowd');
  await store.addBlock([{ traceId: id(701), tenant: 'crowd' }, ...Array.from({ length: 2_500 }, () => ({ traceId: id(702), tenant: 'crowd' }))]);
  for (const order of ['newest', 'oldest', 'longest'] as const) assert.deepEqual((await find({ order, limit: 5 }, who)).toSorted(), [701, 702].map(id), order);
});

test('nobody reads what belongs to another tenant, by no question', async () => {
  // The same trace id in both: the look-up leads to both, the answer holds one.
  await store.addBlock([{ traceId: id(501), tenant: 'mine', columns: { service: 'my-service', name: 'my-name' } }, { traceId: id(501), tenant: 'theirs', columns: { service: 'their-service', name: 'their-name' } }]);
  await store.addBlock([{ traceId: id(502), tenant: 'theirs', columns: { service: 'their-service', name: 'their-name' } }]);
  const mine = viewer('mine');
  assert.deepEqual(ok(await queries.traceById(mine, id(501))).spans.map(({ service }) => service), ['my-service']);
  assert.deepEqual(await queries.traceById(mine, id(502)), { refused: 'not_found' });
  const page = ok(await queries.search(mine, { attributes: [] }));
  assert.deepEqual(page.traces.map(({ traceId, spanCount }) => [traceId, spanCount]), [[id(501), 1]]);
  assert.deepEqual(await find({ service: 'their-service' }, mine), []);
  assert.deepEqual(ok(await queries.services(mine)), ['my-service']);
  assert.deepEqual(ok(await queries.operations(mine, 'their-service')), []);
  store.lines = [{ tenant: 'theirs', producer: 'p_2', outcome: 'stored', reason: '', count: 9 }, { tenant: 'mine', producer: 'p_0000000000000001', outcome: 'stored', reason: '', count: 1 }];
  const account = ok(await queries.accounting(mine));
  assert.equal(account.totals.stored, 1);
  assert.deepEqual(account.producers.map((one) => one.id), ['p_0000000000000001']);
});

test('every statement that reads rows asks for the tenant', () => {
  const reading = store.statements.filter((sql) => !/AS newest FROM \/\*of all\*\/spans\n$|SELECT match\(/.test(sql));
  assert.ok(reading.length > 10);
  for (const sql of reading) assert.match(sql, /tenant = \{tenant:String\}/);
});

test('search() refuses what is not bounded or not sensible', async () => {
  const cases: readonly Partial<Search>[] = [
    { start: 5n, end: 4n },
    { start: START_NS - 40n * 86_400_000_000_000n },
    { limit: 0 }, { limit: LIMITS.search_results_max + 1 }, { limit: 1.5 }, { limit: Number.NaN },
    { cursor: 'x' }, { cursor: Buffer.from('newest.1.2.-3').toString('base64url') }, { cursor: Buffer.from('oldest.1.2.3').toString('base64url') }, { cursor: Buffer.from('newest.1.2.4294967296').toString('base64url') },
    { durationMin_ns: 2n, durationMax_ns: 1n },
    where('', '=', 'x'), where('k', '>', 'many'), where('k', '>', ''), where('k', '=~', '('), where('k', '=', 'x'.repeat(LIMITS.query_text_bytes_max + 1)),
    { attributes: Array.from({ length: LIMITS.search_attributes_max + 1 }, () => ({ place: 'any', key: 'k', op: '=', value: 'v' })) },
  ];
  for (const search of cases) {
    const answer = await queries.search(reader, { attributes: [], ...search });
    assert.equal(isRefusal(answer) ? answer.refused : 'an answer', 'query_invalid', JSON.stringify(search, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
  }
});

test('a query that takes longer than its deadline is refused as query_timeout', async () => {
  const slow: TestStore = { ...store, query: (_sql, _params, bounds) => store.query('SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1', {}, bounds) };
  const bounded = createQueries({ store: slow, producers: async () => [], deadline_ms: 150, settle_ms: 0 });
  assert.equal((await bounded.services(reader) as Refusal).refused, 'query_timeout');
});

test('a failure of the engine is thrown, not answered', async () => {
  const broken: TestStore = { ...store, query: async () => Promise.reject(new Error('cannot run a statement', { cause: Object.assign(new Error('no such table'), { clickhouseCode: 60 }) })) };
  await assert.rejects(createQueries({ store: broken, producers: async () => [] }).services(reader), /cannot run a statement/);
});

test('a role that is not known reads nothing', async () => {
  const nobody = { ...reader, roles: ['nobody'] } as unknown as Reader;
  for (const answer of [await queries.traceById(nobody, id(1)), await queries.search(nobody, { attributes: [] }), await queries.services(nobody), await queries.operations(nobody, 'x'), await queries.accounting(nobody)]) {
    assert.equal((answer as Refusal).refused, 'action_forbidden');
  }
});
