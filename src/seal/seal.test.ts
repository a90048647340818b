import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HASH_SEED, hashBytes, KeyTable, SpanBatch, TYPE } from '#batch';
import { Engine } from '#clickhouse';
import { SPANS, TRACES } from '#clickhouse/schema';
import { Inspector } from '#inspect';
import { LIMITS } from '#limits';
import { type MinimizedBatch, Minimizer, Pseudonyms } from '#minimize';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { type SealedBlock, Secret, type TenantId } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { BlockBuilder } from './seal.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

type Json = Record<string, unknown>;
const NOW_MS = 1_800_000_000_000;
const DAY = Math.floor(NOW_MS / 86_400_000);
const BOUNDS = { deadline_ms: 20_000, rows_max: 100_000 };
const ACME = 'acme' as TenantId;
const PRODUCER = 'p_0123456789abcdef';

/** The stages before this one, over one set of tables as a worker has them. */
class Stages {
  readonly keys = new KeyTable();
  readonly batch = new SpanBatch(this.keys);
  readonly inspector = new Inspector(new Scanner(), this.keys);
  readonly minimizer = new Minimizer(compilePolicy(DEFAULT_POLICY), this.inspector, this.keys, new Pseudonyms(null));

  minimized(resourceSpans: unknown): MinimizedBatch {
    const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans })));
    assert.ok(bytes instanceof Uint8Array, JSON.stringify(bytes));
    assert.equal(decodeRequest(bytes, this.batch), null);
    const inspected = this.inspector.inspect(validate(this.batch, { speaksFor: () => true, backfill: true }, NOW_MS).batch);
    assert.ok(!isRefusal(inspected));
    return this.minimizer.minimize(inspected, { tenant: ACME, now_ms: Date.now() });
  }
}

let blocks = 0;
/** Opens the next block. */
function open(builder: BlockBuilder, tenant: TenantId = ACME): BlockBuilder {
  builder.open({ block: ++blocks, day: DAY, retention: 'default', tenant });
  return builder;
}
const spansOf = (...spans: Json[]) => [{ scopeSpans: [{ spans }] }];
const id = (n: number, length: number) => n.toString(16).padStart(length, '0');
let serial = 0;
const span = (fields: Json = {}): Json => ({ traceId: id(7, 32), spanId: id(++serial, 16), name: 'op', ...fields });

let dataDir = '';
let engine: Engine;
before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-seal-'));
  engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(3)) });
});
after(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function store(...sealed: SealedBlock[]): Promise<void> {
  await engine.insertNative(SPANS, sealed.map(({ spans }) => spans));
  await engine.insertNative(TRACES, sealed.map(({ traces }) => traces));
}
const query = (sql: string, params: Readonly<Record<string, number | string>> = {}) => engine.query<Json>(sql, params, BOUNDS);

describe('BlockBuilder: what goes in comes out of the engine', () => {
  test('every field of a span', async () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    builder.append(stages.minimized([{
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }, { key: 'n', value: { doubleValue: 0.1 } }], droppedAttributesCount: 2 },
      schemaUrl: 'https://r',
      scopeSpans: [{
        scope: { name: 'lib', version: '1', attributes: [{ key: 'b', value: { boolValue: true } }], droppedAttributesCount: 3 },
        schemaUrl: 'https://s',
        spans: [span({
          traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', parentSpanId: '00f067aa0ba902b7', traceState: 'a=b', flags: 0xffffffff, name: 'GET /cart', kind: 3,
          startTimeUnixNano: '1800000000000000001', endTimeUnixNano: '1800000000000000009', status: { code: 2, message: 'bad' }, droppedAttributesCount: 4, droppedEventsCount: 5, droppedLinksCount: 4294967295,
        })],
      }],
    }]), 41, PRODUCER);
    const sealed = builder.close();
    assert.deepEqual([sealed.id, sealed.tenant, sealed.retention, sealed.day, sealed.rows, sealed.requests], [blocks, ACME, 'default', DAY, 1, [41]]);
    await store(sealed);
    const read = SPANS.columns.map(({ name, type }) => (type.startsWith('FixedString') ? `lower(hex(${name})) AS \`${name}\`` : `\`${name}\``));
    const [row] = await query(`SELECT ${read.join(', ')} FROM spans WHERE block = {block:UInt64}`, { block: sealed.id });
    assert.deepEqual({ ...row }, {
      block: String(sealed.id), row: 0, day: '2027-01-15', retention: 'default', tenant: 'acme', producer: PRODUCER, trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331',
      parent_span_id: '00f067aa0ba902b7', trace_state: 'a=b', flags: 0xffffffff, name: 'GET /cart', kind: 3, start: '1800000000000000001', duration: '8', status_code: 2, status_message: 'bad',
      service: 'cart',
      resource: '{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"n","value":{"doubleValue":0.1}}],"droppedAttributesCount":2,"schemaUrl":"https://r"}',
      scope: '{"name":"lib","version":"1","attributes":[{"key":"b","value":{"boolValue":true}}],"droppedAttributesCount":3,"schemaUrl":"https://s"}',
      attributes: {}, attribute_types: '', dropped_attributes: 4, dropped_events: 5, dropped_links: 4294967295,
      'events.time': [], 'events.name': [], 'events.attributes': [], 'events.attribute_types': [], 'events.dropped': [],
      'links.trace_id': [], 'links.span_id': [], 'links.trace_state': [], 'links.flags': [], 'links.attributes': [], 'links.attribute_types': [], 'links.dropped': [],
      'sealed.key': [], 'sealed.text': [], 'minimized.place': [], 'minimized.kind': [], 'minimized.count': [],
    });
  });

  const VALUES: [key: string, value: Json, letter: string, text: string][] = [
    ['string', { stringValue: 'plain' }, 's', 'plain'],
    ['unicode', { stringValue: 'Grüße 日本 👩‍👩‍👧' }, 's', 'Grüße 日本 👩‍👩‍👧'],
    ['tabs', { stringValue: 'a\tb\nc\\' }, 's', 'a\tb\nc\\'],
    ['nothing', { stringValue: '' }, 's', ''],
    ['long', { stringValue: 'x'.repeat(300) }, 's', 'x'.repeat(300)],
    ['zero', { intValue: '0' }, 'i', '0'],
    ['small', { intValue: '-1' }, 'i', '-1'],
    ['uint32', { intValue: '4294967295' }, 'i', '4294967295'],
    ['above', { intValue: '4294967296' }, 'i', '4294967296'],
    ['int64.max', { intValue: '9223372036854775807' }, 'i', '9223372036854775807'],
    ['int64.min', { intValue: '-9223372036854775808' }, 'i', '-9223372036854775808'],
    ['double', { doubleValue: 0.1 }, 'd', '0.1'],
    ['double.zero', { doubleValue: '-0' }, 'd', '-0'],
    ['double.nan', { doubleValue: 'NaN' }, 'd', 'NaN'],
    ['double.infinity', { doubleValue: '-Infinity' }, 'd', '-Infinity'],
    ['double.tiny', { doubleValue: 1e-320 }, 'd', '1e-320'],
    ['double.huge', { doubleValue: 1.7976931348623157e308 }, 'd', '1.7976931348623157e+308'],
    ['true', { boolValue: true }, 'b', 'true'],
    ['false', { boolValue: false }, 'b', 'false'],
    ['bytes', { bytesValue: 'AP8Q' }, 'x', 'AP8Q'],
    ['no.bytes', { bytesValue: '' }, 'x', ''],
    ['empty', {}, 'n', ''],
    ['array', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'é' }, {}] } }, 'a', '{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"é"},{}]}}'],
    ['no.array', { arrayValue: {} }, 'a', '{"arrayValue":{"values":[]}}'],
    ['map', { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } }, 'm', '{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":false}}]}}'],
  ];
  const LIST = VALUES.map(([key, value]) => ({ key, value }));

  test('values of every type, in the order sent, of spans, events and links', async () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    builder.append(stages.minimized(spansOf(
      span(),
      span({
        attributes: LIST.toReversed(),
        events: [{ timeUnixNano: '18446744073709551615', name: 'first', attributes: LIST, droppedAttributesCount: 1 }, {}, { name: 'é' }],
        links: [{ traceId: id(8, 32), spanId: id(9, 16), traceState: 'c=d', flags: 257, attributes: LIST, droppedAttributesCount: 2 }, {}],
      }),
      span({ attributes: LIST.slice(0, 1), events: [{ name: 'last' }] }),
    )), 1, PRODUCER);
    const sealed = builder.close();
    await store(sealed);
    const rows = await query(`SELECT mapKeys(attributes) AS keys, mapValues(attributes) AS texts, attribute_types AS types,
      arrayMap(t -> toString(t), events.time) AS times, events.name AS names, arrayMap(m -> mapKeys(m), events.attributes) AS eventKeys, arrayMap(m -> mapValues(m), events.attributes) AS eventTexts,
      events.attribute_types AS eventTypes, events.dropped AS eventDropped, arrayMap(i -> lower(hex(i)), links.trace_id) AS traceIds, arrayMap(i -> lower(hex(i)), links.span_id) AS spanIds,
      links.trace_state AS states, links.flags AS flags, arrayMap(m -> mapKeys(m), links.attributes) AS linkKeys, arrayMap(m -> mapValues(m), links.attributes) AS linkTexts,
      links.attribute_types AS linkTypes, links.dropped AS linkDropped FROM spans WHERE block = {block:UInt64} ORDER BY row`, { block: sealed.id });
    const keys = VALUES.map(([key]) => key);
    const texts = VALUES.map(([, , , text]) => text);
    const letters = VALUES.map(([, , letter]) => letter).join('');
    const none = { keys: [], texts: [], types: '', times: [], names: [], eventKeys: [], eventTexts: [], eventTypes: [], eventDropped: [], traceIds: [], spanIds: [], states: [], flags: [], linkKeys: [], linkTexts: [], linkTypes: [], linkDropped: [] };
    assert.deepEqual(rows.map((row) => ({ ...row })), [
      none,
      {
        keys: keys.toReversed(), texts: texts.toReversed(), types: [...letters].reverse().join(''),
        times: ['18446744073709551615', '0', '0'], names: ['first', '', 'é'], eventKeys: [keys, [], []], eventTexts: [texts, [], []], eventTypes: [letters, '', ''], eventDropped: [1, 0, 0],
        traceIds: [id(8, 32), id(0, 32)], spanIds: [id(9, 16), id(0, 16)], states: ['c=d', ''], flags: [257, 0], linkKeys: [keys, []], linkTexts: [texts, []], linkTypes: [letters, ''], linkDropped: [2, 0],
      },
      { ...none, keys: ['string'], texts: ['plain'], types: 's', times: ['0'], names: ['last'], eventKeys: [[]], eventTexts: [[]], eventTypes: [''], eventDropped: [0] },
    ]);
  });

  test('durations of either sign, across the halves of a 64-bit number', async () => {
    const times: [string, string, string][] = [
      ['5', '3', '-2'], ['4294967296', '4294967295', '-1'], ['4294967295', '4294967296', '1'], ['1800000000000000000', '0', '-1800000000000000000'], ['0', '1800000000000000000', '1800000000000000000'], ['0', '0', '0'],
    ];
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    builder.append(stages.minimized(spansOf(...times.map(([start, end]) => span({ startTimeUnixNano: start, endTimeUnixNano: end })))), 1, PRODUCER);
    await store(builder.close());
    const rows = await query('SELECT start, duration FROM spans WHERE block = {block:UInt64} ORDER BY row', { block: blocks });
    assert.deepEqual(rows.map(({ start, duration }) => [start, duration]), times.map(([start, , duration]) => [start, duration]));
  });

  for (const [distinct, width] of [[256, 1], [300, 2], [70_000, 4]] as const) {
    test(`${distinct} names in one block: dictionary indexes of ${width} bytes`, async () => {
      const stages = new Stages();
      const builder = open(new BlockBuilder(stages.minimizer));
      for (let from = 0; from < distinct; from += 35_000) {
        const names = Array.from({ length: Math.min(35_000, distinct - from) }, (_, i) => from + i);
        builder.append(stages.minimized(spansOf(...names.map((n) => span({ name: `n${n}`, startTimeUnixNano: String(n) })))), 1, PRODUCER);
      }
      await store(builder.close());
      const [row] = await query("SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(name)) AS names, toUInt32(countIf(name != concat('n', toString(start)))) AS wrong FROM spans WHERE block = {block:UInt64}", { block: blocks });
      assert.deepEqual({ ...row }, { rows: distinct, names: distinct, wrong: 0 });
    });
  }

  test('names made to collide: they stay apart, and none costs a search through all others', async () => {
    // A change of a word's highest bit is undone by two bits of the next, whatever the seed.
    const words = 13;
    const name = (n: number): Buffer => {
      const bytes = Buffer.alloc(words * 4 + 4, 0x41);
      for (let bit = 0; bit < words; bit++) {
        if ((n >>> bit) % 2 === 0) continue;
        bytes[bit * 4 + 3]! ^= 0x80;
        bytes[bit * 4 + 7]! ^= 0x80;
        bytes[bit * 4 + 6]! ^= 0x01;
      }
      return bytes;
    };
    assert.equal(new Set([0, 1, 2, 77, 8_191].map((n) => hashBytes(name(n), 0, name(n).length, HASH_SEED))).size, 1, 'they do collide');
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    const count = 1 << words;
    const batch = stages.minimized(spansOf(...Array.from({ length: count * 2 }, (_, n) => span({ name: 'x'.repeat(words * 4 + 4), startTimeUnixNano: String(n % count) }))));
    // Raw bytes, past validation of UTF-8: the dictionary must hold with any.
    for (let n = 0; n < count * 2; n++) name(n % count).copy(batch.bytes, batch.valueA[batch.name[n]!]!);
    builder.append(batch, 1, PRODUCER);
    await store(builder.close());
    const [row] = await query('SELECT toUInt32(uniqExact(name)) AS names, toUInt32(uniqExact(start)) AS starts, toUInt32(uniqExact((name, start))) AS both FROM spans WHERE block = {block:UInt64}', { block: blocks });
    assert.deepEqual({ ...row }, { names: count, starts: count, both: count });
  });
});

describe('BlockBuilder: blocks, requests, traces', () => {
  test('several requests in one block and several blocks of one builder', async () => {
    const stages = new Stages();
    const builder = new BlockBuilder(stages.minimizer);
    const request = (service: string, ...names: string[]) => [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ spans: names.map((name) => span({ name, attributes: [{ key: `k.${name}`, value: { stringValue: service } }] })) }] }];
    open(builder).append(stages.minimized(request('one', 'a', 'b')), 1, PRODUCER);
    builder.append(stages.minimized(request('two', 'c')), 2, 'p_ffffffffffffffff');
    const first = builder.close();
    open(builder).append(stages.minimized(request('one', 'b', 'd')), 3, PRODUCER);
    const second = builder.close();
    assert.deepEqual([first.requests, first.rows, second.requests, second.rows, builder.rows, builder.isOpen], [[1, 2], 3, [3], 2, 0, false]);
    await store(first, second);
    const rows = await query('SELECT block, row, name, service, producer, mapKeys(attributes) AS keys FROM spans WHERE block IN ({first:UInt64}, {second:UInt64}) ORDER BY block, row', { first: first.id, second: second.id });
    assert.deepEqual(rows.map((row) => Object.values(row)), [
      [String(first.id), 0, 'a', 'one', PRODUCER, ['k.a']], [String(first.id), 1, 'b', 'one', PRODUCER, ['k.b']], [String(first.id), 2, 'c', 'two', 'p_ffffffffffffffff', ['k.c']],
      [String(second.id), 0, 'b', 'one', PRODUCER, ['k.b']], [String(second.id), 1, 'd', 'one', PRODUCER, ['k.d']],
    ]);
  });

  test('each row of traces names exactly the rows of its trace; spans of a trace lie together', async () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    const traceId = (n: number) => `${id(n % 3, 16)}${id(0x1000 + n, 16)}`;
    for (let request = 1; request <= 3; request++) {
      builder.append(stages.minimized(spansOf(...Array.from({ length: 2_000 }, (_, n) => span({ traceId: traceId((n * n) % 101) })))), request, PRODUCER);
    }
    const sealed = builder.close();
    await store(sealed);
    const [truth] = await query(`SELECT toUInt32(count()) AS ranges, toUInt32(sum(last - first + 1)) AS covered, toUInt32(countIf(spans.wrong > 0)) AS wrong FROM (
      SELECT t.first AS first, t.last AS last, countIf(reinterpretAsUInt64(substring(s.trace_id, 9, 8)) != t.trace) AS wrong
      FROM traces AS t INNER JOIN spans AS s ON s.block = t.block WHERE t.block = {block:UInt64} AND s.row BETWEEN t.first AND t.last GROUP BY t.trace, first, last) AS spans`, { block: sealed.id });
    const traces = new Set(Array.from({ length: 2_000 }, (_, n) => (n * n) % 101)).size;
    assert.deepEqual({ ...truth }, { ranges: traces * 3, covered: sealed.rows, wrong: 0 });
    const keys = Array.from({ length: 101 }, (_, n) => Buffer.from(traceId(n), 'hex').readUInt32LE(8));
    assert.ok(sealed.traceKeys.length === traces * 3 && sealed.traceKeys.every((key) => keys.includes(key)));
  });

  test('refused spans are absent, and so are their traces', async () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    builder.append(stages.minimized(spansOf(span({ traceId: id(1, 32), name: 'kept' }), span({ traceId: id(2, 32), spanId: '', name: 'gone' }), span({ traceId: id(1, 32), name: 'kept too' }))), 1, PRODUCER);
    const sealed = builder.close();
    assert.ok(!Buffer.from(sealed.spans).includes('gone'));
    await store(sealed);
    assert.deepEqual((await query('SELECT name FROM spans WHERE block = {block:UInt64} ORDER BY row', { block: sealed.id })).map(({ name }) => name), ['kept', 'kept too']);
    assert.deepEqual((await query('SELECT first, last FROM traces WHERE block = {block:UInt64}', { block: sealed.id })).map((row) => ({ ...row })), [{ first: 0, last: 1 }]);
  });

  test('blocks of several tenants grow side by side', async () => {
    const stages = new Stages();
    const [acme, zeta] = [open(new BlockBuilder(stages.minimizer)), open(new BlockBuilder(stages.minimizer), 'zeta' as TenantId)];
    for (let round = 0; round < 3; round++) {
      acme.append(stages.minimized(spansOf(span({ name: `acme ${round}`, attributes: [{ key: 'user', value: { stringValue: 'a@example.com' } }] }))), round, PRODUCER);
      zeta.append(stages.minimized(spansOf(span({ name: `zeta ${round}`, attributes: [{ key: `z${round}`, value: { intValue: '1' } }] }))), round, PRODUCER);
    }
    const sealed = [acme.close(), zeta.close()];
    await store(...sealed);
    const rows = await query('SELECT tenant, groupArray(name) AS names, groupArray(mapKeys(attributes)[1]) AS keys FROM (SELECT * FROM spans WHERE block IN ({a:UInt64}, {z:UInt64}) ORDER BY block, row) GROUP BY tenant ORDER BY tenant', { a: sealed[0]!.id, z: sealed[1]!.id });
    assert.deepEqual(rows.map((row) => Object.values(row)), [['acme', ['acme 0', 'acme 1', 'acme 2'], ['user', 'user', 'user']], ['zeta', ['zeta 0', 'zeta 1', 'zeta 2'], ['z0', 'z1', 'z2']]]);
  });

  test('keys keep their names when the key table starts afresh while a block is open', async () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    const attributes = (names: string[]) => names.map((key) => ({ key, value: { stringValue: 'a@example.com' } }));
    builder.append(stages.minimized(spansOf(span({ name: 'before', attributes: attributes(['one', 'two']) }))), 1, PRODUCER);
    const crowd = Array.from({ length: Math.ceil(LIMITS.interned_keys_max / 250) + 1 }, (_, n) => span({ name: 'crowd', attributes: Array.from({ length: 250 }, (_, k) => ({ key: `c${n}.${k}`, value: {} })) }));
    builder.append(stages.minimized(spansOf(...crowd)), 2, PRODUCER);
    const generation = stages.keys.generation;
    builder.append(stages.minimized(spansOf(span({ name: 'after', attributes: attributes(['three', 'one', 'four', 'five']) }))), 3, PRODUCER);
    assert.equal(stages.keys.generation, generation + 1, 'the table did start afresh');
    await store(builder.close());
    const rows = await query("SELECT name, mapKeys(attributes) AS keys, minimized.place AS places FROM spans WHERE block = {block:UInt64} AND name != 'crowd' ORDER BY row", { block: blocks });
    assert.deepEqual(rows.map((row) => Object.values(row)), [
      ['before', ['one', 'two'], ['attributes.one', 'attributes.two']], ['after', ['three', 'one', 'four', 'five'], ['attributes.three', 'attributes.one', 'attributes.four', 'attributes.five']],
    ]);
  });

  test('a builder takes requests only while a block is open', () => {
    const stages = new Stages();
    const builder = new BlockBuilder(stages.minimizer);
    assert.throws(() => builder.append(stages.minimized(spansOf(span())), 1, PRODUCER), /no block is open/);
    assert.throws(() => builder.close(), /no block is open/);
    open(builder);
    assert.throws(() => open(builder), /one is open/);
  });
});

describe('the choke point', () => {
  const MAIL = { stringValue: 'a@example.com' };
  const places: [name: string, resourceSpans: unknown][] = [
    ['attribute', spansOf(span({ attributes: [{ key: 'a', value: MAIL }] }))],
    ['name', spansOf(span({ name: MAIL.stringValue }))],
    ['status message', spansOf(span({ status: { message: MAIL.stringValue } }))],
    ['event', spansOf(span({ events: [{ attributes: [{ key: 'a', value: MAIL }] }] }))],
    ['link', spansOf(span({ links: [{ attributes: [{ key: 'a', value: MAIL }] }] }))],
    ['array', spansOf(span({ attributes: [{ key: 'a', value: { arrayValue: { values: [] } } }] }))],
    ['resource', [{ resource: { attributes: [{ key: 'a', value: MAIL }] }, scopeSpans: [{ spans: [span()] }] }]],
    ['scope', [{ scopeSpans: [{ scope: { name: MAIL.stringValue }, spans: [span()] }] }]],
  ];
  for (const [name, resourceSpans] of places) {
    test(`what was found and not minimized cannot be sealed: ${name}`, () => {
      const stages = new Stages();
      const builder = open(new BlockBuilder(stages.minimizer));
      const batch = stages.minimized(resourceSpans);
      for (let value = 0; value < batch.values; value++) if (batch.valueMark[value] !== 0) batch.valueMark[value]! += 1_000;
      assert.throws(() => builder.append(batch, 1, PRODUCER), /cannot seal a value that was not minimized/);
    });
  }

  test('an array that nobody looked at cannot be sealed', () => {
    const stages = new Stages();
    const builder = open(new BlockBuilder(stages.minimizer));
    const batch = stages.minimized(spansOf(span({ attributes: [{ key: 'a', value: { arrayValue: {} } }] })));
    const value = batch.attributesStart[0]!;
    assert.equal(batch.valueType[value], TYPE.array);
    batch.valueMark[value] = 0;
    assert.throws(() => builder.append(batch, 1, PRODUCER), /cannot seal a nested value that was not minimized/);
  });
});
