/**
 * What readers see of which policy shows some services only, an outline of others, and values of some keys to nobody of them: against a real engine, through every
 * question that reads spans. That no answer of the server's routes tells more is in `test/attacks/visibility.test.ts`.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAccess, type Access, type Place, type Visibility } from '#access';
import type { Reader, TenantId } from '#model';
import { matchesGlob } from '#control/glob';
import { isRefusal, type Refusal } from '#refusal';
import type { AttributeFilter } from './condition.ts';
import { LIMITS } from '#limits';
import { createKnownPlaces } from './known-places.ts';
import { otlpJson } from './otlp-json.ts';
import { createQueries, type Queries } from './query.ts';
import { Sight } from './sight.ts';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from './testing.ts';

const person = (name: string): Reader => ({ id: 'u_0000000000000001', name, roles: ['viewer'], groups: [], tenant: 'default' as TenantId, scopes: null, kind: 'person' });
const SHOP: Place = { service: 'shop', environment: 'prod' };
const BANK: Place = { service: 'bank', environment: '' };
const HIDDEN = ['user.*', 'pin', 'status.message'];

/** By the reader's name. */
const SEES: Readonly<Record<string, Pick<Visibility, 'places' | 'outlines' | 'hidden'>>> = {
  all: { places: 'all', outlines: [], hidden: [] },
  clerk: { places: [SHOP], outlines: [], hidden: [] },
  planner: { places: [SHOP], outlines: [BANK], hidden: HIDDEN },
  hidden: { places: 'all', outlines: [], hidden: HIDDEN },
  many: { places: [SHOP, ...Array.from({ length: 60 }, (_, at) => ({ service: `s${at}`, environment: `e${at}` })), { service: 'shop', environment: 'other' }], outlines: [], hidden: [] },
  nothing: { places: [], outlines: [], hidden: [] },
};
const access: Access = {
  ...createAccess(),
  decide: () => true,
  visibility: async ({ name }, _action, known) => {
    const { places, outlines, hidden } = SEES[name] ?? assert.fail(name);
    if (places !== 'all') await known();
    return { places, outlines, hidden, hides: (key) => hidden.some((glob) => matchesGlob(glob, key)), digest: name };
  },
};

const id = (serial: number): string => serial.toString(16).padStart(32, '0');
const spanId = (serial: number): string => serial.toString(16).padStart(16, '0');
const resourceOf = (service: string, environment: string, more: readonly object[] = []): string => JSON.stringify({ attributes: [{ key: 'service.name', value: { stringValue: service } }, ...(environment === '' ? [] : [{ key: 'deployment.environment.name', value: { stringValue: environment } }]), ...more], schemaUrl: 'https://s' });
const span = (trace: number, serial: number, service: string, environment: string, columns: TestSpan['columns'] = {}): TestSpan => ({ traceId: id(trace), spanId: spanId(serial), columns: { start: (START_NS + BigInt(serial)).toString(), service, resource: resourceOf(service, environment), ...columns } });

let store: TestStore;
let queries: Queries;

before(async () => {
  store = createTestStore();
  queries = createQueries({ store, access, producers: async () => [], now_ms: () => TODAY_MS + 60_000, settle_ms: 0 });
  await store.addBlock([
    span(1, 1, 'shop', 'prod', {
      kind: 2, name: 'checkout', status_message: 'no such iban', status_code: 2, attributes: { 'user.email': 'ana@example.org', open: 'yes', pin: '1234' }, attribute_types: 'ssi',
      resource: resourceOf('shop', 'prod', [{ key: 'user.home', value: { kvlistValue: { values: [{ key: 'a', value: { stringValue: '"}]' } }] } } }, { key: 'size', value: { intValue: '7' } }]),
      'events.time': ['1', '2'], 'events.name': ['one', 'two'], 'events.attributes': [{ 'user.id': 'u-77', kept: 'k' }, {}], 'events.attribute_types': ['ss', ''], 'events.dropped': [0, 0],
      'links.trace_id': [id(9)], 'links.span_id': [spanId(9)], 'links.trace_state': [''], 'links.flags': [0], 'links.attributes': [{ pin: '99', kept: 'l' }], 'links.attribute_types': ['is'], 'links.dropped': [0],
      'minimized.place': ['attributes.user.email', 'attributes.open', 'events.0.user.id', 'resource.user.home (key)', 'status.message'], 'minimized.kind': ['email', 'email', 'token', 'ip', 'iban'], 'minimized.count': [1, 2, 4, 8, 16],
    }),
    span(1, 2, 'bank', '', { parent_span_id: spanId(1), kind: 3, name: 'transfer', duration: '77000', trace_state: 'bank=1', flags: 0x301, status_message: 'refused', attributes: { iban: 'DE89' }, attribute_types: 's' }),
    span(1, 3, 'shop', 'dev', { parent_span_id: spanId(2), name: 'debug', attributes: { open: 'dev' }, attribute_types: 's' }),
    span(1, 4, 'dark', 'prod', { parent_span_id: spanId(2), name: 'unspeakable', attributes: { open: 'dark' }, attribute_types: 's' }),
    span(2, 5, 'bank', '', { name: 'alone' }),
    span(3, 6, 'dark', 'prod', { name: 'alone-too' }),
  ]);
});
after(() => store.close());

function ok<T>(value: T | Refusal): T {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused} ${value.detail ?? ''}`);
  return value;
}
const traceOf = async (who: string, trace: number): Promise<string> => otlpJson(ok(await queries.traceById(person(who), id(trace))));
const foundBy = async (who: string, attributes: readonly AttributeFilter[] = [], more: object = {}): Promise<string[]> => ok(await queries.search(person(who), { attributes, limit: 100, ...more })).traces.map(({ traceId }) => traceId);
const where = (key: string, op: AttributeFilter['op'], value = '', place: AttributeFilter['place'] = 'any'): AttributeFilter[] => [{ place, key, op, value }];

/** Tables of which nothing is about places: where rows are, which blocks may have something, what was sealed for whom, the account, what the log was told, and what is made of that in a statement. */
const WITHOUT_PLACES = ['traces', 'item_filters', 'sealed_tokens', 'accounting', 'log_entries', ...['entries', 'reads', 'attempts', 'all_records']];

test('every statement that reads a table says as what, and one that reads without a tenant is known', () => {
  const all = ['.', '../erase'].flatMap((folder) => readdirSync(join(import.meta.dirname, folder), { recursive: true, withFileTypes: true })).filter(({ name }) => name.endsWith('.sql'));
  const ofAll: string[] = [];
  for (const { parentPath, name } of all) {
    const sql = readFileSync(`${parentPath}/${name}`, 'utf8').replaceAll(/^\s*--.*$/gm, '');
    const read = Array.from(sql.matchAll(/(?<!ARRAY )\b(?:FROM|JOIN)\s+((?:\/\*[^*]+\*\/)?[\w.`]+)/g), ([, table]) => table ?? '');
    const others = read.filter((table) => !/^\/\*(?:as seen|as shown|as stored|of all)\*\/(?:spans|figures|calls|first_seen)$/.test(table));
    const named = Array.from(sql.matchAll(/\b(\w+) AS (?:MATERIALIZED )?\(/g), ([, name]) => name ?? '');
    assert.deepEqual(others.filter((table) => !WITHOUT_PLACES.includes(table) && !named.includes(table)), [], `${name}: a table is read without saying as what`);
    if (sql.includes('/*of all*/')) ofAll.push(name);
    // Without a tenant no row of anybody may be answered.
    else if (others.length < read.length) assert.match(sql, /tenant = \{tenant:String\}/, name);
  }
  assert.ok(all.length > 30);
  assert.deepEqual(ofAll.toSorted(), ['blocks.sql', 'estimate.sql', 'extent.sql', 'extent.sql', 'places.sql']);
  assert.throws(() => Sight.whole.of('SELECT 1 FROM spans', {}), /without saying as what/);
  assert.throws(() => Sight.whole.of('SELECT 1 FROM x JOIN tracekeep.figures USING y', {}), /without saying as what/);
  const sql = 'SELECT 1 FROM /*as seen*/spans';
  assert.equal(Sight.whole.of(sql, {}).sql, sql, 'who sees everything asks as before');
});

test('a trace holds the spans of places that are seen, outlines of others, and nothing of the rest', async () => {
  for (const who of ['clerk', 'many']) {
    const seen = await traceOf(who, 1);
    assert.match(seen, /checkout/);
    assert.doesNotMatch(seen, /transfer|bank|debug|dark|unspeakable/);
  }
  const planner = await traceOf('planner', 1);
  assert.doesNotMatch(planner, /bank|transfer|DE89|bank=1|refused|debug|dark|unspeakable/);
  const { resourceSpans } = JSON.parse(planner) as { resourceSpans: { resource: unknown; scopeSpans: { spans: object[] }[] }[] };
  assert.deepEqual(resourceSpans[1], {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: '[hidden]' } }] },
    scopeSpans: [{ scope: {}, spans: [{
      traceId: id(1), spanId: spanId(2), parentSpanId: spanId(1), flags: 0x300, name: '[hidden]', kind: 3, startTimeUnixNano: (START_NS + 2n).toString(), endTimeUnixNano: (START_NS + 77_002n).toString(), status: {},
      attributes: [{ key: 'tracekeep.hidden', value: { boolValue: true } }],
    }] }],
  });
});

test('a trace of which nothing or only outlines are seen is one that does not exist', async () => {
  for (const [who, trace] of [['clerk', 2], ['planner', 2], ['nothing', 1], ['planner', 77]] as const) {
    const before = store.statements.length;
    assert.deepEqual(await queries.traceById(person(who), id(trace)), { refused: 'not_found' }, `${who} ${trace}`);
    const asked = store.statements.length - before;
    assert.ok(asked <= 2, 'the trace, and perhaps new places');
    assert.deepEqual(await queries.outlines.outline(person(who), id(trace)), { refused: 'not_found' });
    for (const serial of [1, 5]) assert.deepEqual(await queries.outlines.span(person(who), id(trace), spanId(serial), 0), { refused: 'not_found' });
    assert.deepEqual(ok(await queries.tracesByIds(person(who), [id(trace)])), []);
  }
});

test('hidden values stand as such, wherever they are, with neither type nor length', async () => {
  const text = await traceOf('hidden', 1);
  assert.doesNotMatch(text, /ana@|1234|u-77|"99"|no such/);
  assert.match(text, /attributes\.open: 2 email/);
  const [first] = (JSON.parse(text) as { resourceSpans: { resource: object; schemaUrl: string; scopeSpans: { spans: { attributes: object[]; events: object[]; links: object[]; status: object }[] }[] }[] }).resourceSpans;
  const hidden = { stringValue: '[hidden]' };
  assert.deepEqual([first?.resource, first?.schemaUrl], [{ attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }, { key: 'deployment.environment.name', value: { stringValue: 'prod' } }, { key: 'user.home', value: hidden }, { key: 'size', value: { intValue: '7' } }] }, 'https://s']);
  const { attributes, events, links, status } = first?.scopeSpans[0]?.spans[0] ?? assert.fail();
  assert.deepEqual(attributes.slice(0, 3), [{ key: 'user.email', value: hidden }, { key: 'open', value: { stringValue: 'yes' } }, { key: 'pin', value: hidden }]);
  assert.deepEqual(attributes.at(-1), { key: 'tracekeep.hidden', value: { arrayValue: { values: ['attributes.user.email', 'attributes.pin', 'events.0.user.id', 'links.0.pin'].map((stringValue) => ({ stringValue })) } } });
  assert.deepEqual([events[0], links[0], status], [
    { timeUnixNano: '1', name: 'one', attributes: [{ key: 'user.id', value: hidden }, { key: 'kept', value: { stringValue: 'k' } }] },
    { traceId: id(9), spanId: spanId(9), attributes: [{ key: 'pin', value: hidden }, { key: 'kept', value: { stringValue: 'l' } }] },
    { message: '[hidden]', code: 2 },
  ]);
  assert.match(await traceOf('all', 1), /ana@example.org/);
  const one = ok(await queries.outlines.span(person('hidden'), id(1), spanId(1), 0));
  assert.doesNotMatch(one, /ana@|1234|u-77|no such/);
});

test('nobody finds by what is hidden, however it is asked for', async () => {
  assert.deepEqual(await foundBy('all', where('pin', '=', '1234')), [id(1)]);
  const who = 'hidden';
  for (const op of ['=', '!=', '<', '>=', '=~', '!~', '~', 'exists'] as const) {
    for (const place of ['any', 'resource'] as const) {
      for (const key of ['pin', 'user.home', 'user.nobody']) assert.deepEqual(await foundBy(who, where(key, op, op === 'exists' ? '' : op === '=~' ? '.*' : '1', place)), [], `${who} ${place} ${key} ${op}`);
    }
  }
  for (const text of ['ana@', 'no such iban']) assert.deepEqual(await foundBy(who, where('*', '~', text)), [], text);
  assert.deepEqual(await foundBy(who, where('message', '~', 'iban', 'field')), []);
  assert.deepEqual(ok(await queries.outlines.matches(person(who), id(1), 'ana@')).spanIds, []);
  assert.deepEqual(ok(await queries.outlines.matches(person(who), id(1), 'user.email')).spanIds, []);
  assert.deepEqual(await foundBy(who, where('open', '=', 'yes')), [id(1)], 'what is not hidden is found');
  assert.deepEqual(ok(await queries.explore.attributeValues(person(who), { key: 'user.email', prefix: '', limit: 10 })).values, []);
  const keys = ok(await queries.explore.attributeKeys(person(who), { prefix: '', limit: 100 })).keys.map(({ key }) => key);
  assert.deepEqual(keys.filter((key) => /user|pin/.test(key)), []);
  const { buckets } = ok(await queries.explore.histogram(person(who), { attributes: where('pin', 'exists') }, 1));
  assert.deepEqual(buckets.count, [0]);
  assert.equal(ok(await queries.explore.points(person(who), { attributes: where('pin', '!=', 'x') }, 10)).total, 0);
});

test('nobody finds, counts or names what is in places that are not seen, outlines included', async () => {
  const reader = person('planner');
  assert.deepEqual(await foundBy('planner'), [id(1)]);
  for (const more of [{ service: 'bank' }, { service: 'dark' }, { operation: 'transfer' }, { operation: '[hidden]' }, { durationMin_ns: 77_000n, durationMax_ns: 77_000n }]) assert.deepEqual(await foundBy('planner', [], more), [], JSON.stringify(Object.keys(more)));
  assert.deepEqual(await foundBy('planner', where('*', '~', 'transfer')), []);
  assert.deepEqual(await foundBy('planner', where('iban', 'exists')), []);
  assert.deepEqual(await foundBy('planner', where('open', '=~', 'dark|dev')), []);
  const [summary] = ok(await queries.search(reader, { attributes: [] })).traces;
  assert.deepEqual([summary?.spanCount, summary?.errorCount, summary?.services.map(({ name }) => name)], [1, 1, ['shop']]);
  assert.deepEqual(ok(await queries.services(reader)), ['shop']);
  assert.deepEqual(ok(await queries.operations(reader, 'bank')), []);
  assert.deepEqual(ok(await queries.operations(reader, 'shop')).map(({ name }) => name), ['checkout']);
  assert.deepEqual(ok(await queries.dependencies(reader, { start: START_NS - 1n, end: START_NS + 1_000_000n })).links, []);
  const map = ok(await queries.figures.map(reader, {}));
  assert.deepEqual([map.nodes.map(({ service }) => service), map.edges], [['shop'], []]);
  assert.deepEqual(ok(await queries.figures.red(reader, { by: 'operation', buckets: 1 })).groups.map(({ operation }) => operation), ['checkout']);
  assert.deepEqual(ok(await queries.explore.attributeValues(reader, { key: 'name', place: 'field', prefix: '', limit: 10 })).values, [{ value: 'checkout', count: 1 }]);
  assert.deepEqual(ok(await queries.explore.histogram(reader, { attributes: [] }, 1)).buckets.count, [1]);
  assert.deepEqual(ok(await queries.services(person('all'))).length, 3);
});

test('what the index knows of other services changes neither the statements of a search nor their number', async () => {
  const statements = async (key: string, value: string): Promise<readonly string[]> => {
    const before = store.statements.length;
    await foundBy('clerk', where(key, '=', value));
    return store.statements.slice(before);
  };
  assert.deepEqual(await statements('iban', 'DE89'), await statements('iban', 'DE00'));
  assert.ok(!(await statements('iban', 'DE89')).some((sql) => sql.includes('item_filters')));
});

test('places are known a moment after their spans are there, and too many are refused', async () => {
  let now = 0;
  const known = createKnownPlaces(store, () => now, 10);
  const names = async (): Promise<string[]> => ok(await known.of('default' as TenantId, 10_000)).map(({ service, environment }) => `${service}/${environment}`).toSorted();
  assert.deepEqual(await names(), ['bank/', 'dark/prod', 'shop/dev', 'shop/prod']);
  await store.addBlock([span(4, 7, 'shop', 'new')]);
  assert.equal((await names()).length, 4, 'remembered');
  now = 11;
  assert.deepEqual((await names()).filter((name) => name.endsWith('new')), ['shop/new']);
  assert.deepEqual(await foundBy('clerk', where('open', 'exists')), [id(1)], 'a place that nobody decided on is not shown');
  const many = { query: async () => [{ serviceName: 's', environments: Array.from({ length: LIMITS.places_max + 1 }, (_, at) => `e${at}`), newest: '1' }] } as unknown as TestStore;
  assert.equal((await createKnownPlaces(many, () => 0).of('default' as TenantId, 1) as Refusal).refused, 'query_too_large');
});
