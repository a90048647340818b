import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Engine } from '#clickhouse';
import { SPANS, TRACES } from '#clickhouse/schema';
import { Comparer, TakenSpans } from '#compare';
import { compilePolicy, type PolicyDocument } from '#policy';
import { DEFAULT_TENANT, type Producer, type ProducerId, type Reader, type SealedBlock, Secret } from '#model';
import { createQueries } from '#query';
import { otlpJson } from '#query/otlp-json';
import { isRefusal } from '#refusal';
import { KEY } from '#scanner/recognizer';
import { Scanner } from '#scanner';
import { Pipeline, type Taken } from './pipeline.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

type Json = Record<string, unknown>;
const NOW_MS = 1_800_000_000_000;
const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: true, version: 1 };
const BOUNDS = { deadline_ms: 20_000, rows_max: 100_000 };
const MAIL = 'jane.doe@example.com';
const TOKEN = `ghp_${'k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5oTi'}`;
const BOTH = `see ${MAIL} or ${TOKEN}.`;
const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const base64 = (text: string) => Buffer.from(text).toString('base64');

let dataDir = '';
let engine: Engine;
before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-pipeline-'));
  engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(3)) });
});
after(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

let blocks = 0;
/** Requests through one pipeline into one block. */
function sealed(pipeline: Pipeline, requests: readonly unknown[], producer = PRODUCER): { taken: Taken[]; block: SealedBlock } {
  const builder = pipeline.builder();
  builder.open({ block: ++blocks, day: Math.floor(NOW_MS / 86_400_000), retention: 'default', tenant: producer.tenant });
  const taken = requests.map((resourceSpans, at) => {
    const result = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans })), 'json', producer, at, NOW_MS, () => builder);
    assert.ok(!isRefusal(result), JSON.stringify(result));
    return result;
  });
  return { taken, block: builder.close() };
}
async function store({ spans, traces }: SealedBlock): Promise<void> {
  await engine.insertNative(SPANS, [spans]);
  await engine.insertNative(TRACES, [traces]);
}

const ofSpan = (fields: Json) => [{ scopeSpans: [{ spans: [{ ...IDS, name: 'op', ...fields }] }] }];
const ofScope = (scope: Json, fields: Json = {}) => [{ scopeSpans: [{ scope, ...fields, spans: [{ ...IDS, name: 'op' }] }] }];
const ofResource = (resource: Json, fields: Json = {}) => [{ resource, ...fields, scopeSpans: [{ spans: [{ ...IDS, name: 'op' }] }] }];
const attributes = (value: Json, key = 'note') => ({ attributes: [{ key, value }] });
const text = { stringValue: BOTH };
const KEY_TEXT = 'see [email] or [credential].';

/** Every place of a record that can carry text, with the place that the span names for it. */
const PLACES: [name: string, resourceSpans: unknown, place: string][] = [
  ['span name', ofSpan({ name: BOTH }), 'name'],
  ['status message', ofSpan({ status: { message: BOTH, code: 2 } }), 'status.message'],
  ['trace state', ofSpan({ traceState: `a=${MAIL},b=${TOKEN}` }), 'trace_state'],
  ['attribute', ofSpan(attributes(text)), 'attributes.note'],
  ['attribute that is not ASCII', ofSpan(attributes({ stringValue: `für ${BOTH}` })), 'attributes.note'],
  ['attribute of bytes', ofSpan(attributes({ bytesValue: base64(BOTH) })), 'attributes.note'],
  ['attribute with an escape inside', ofSpan(attributes({ stringValue: `\u001b[0m ${BOTH}` })), 'attributes.note'],
  ['attribute key', ofSpan(attributes({ intValue: '1' }, BOTH)), `attributes.${KEY_TEXT} (key)`],
  ['array', ofSpan(attributes({ arrayValue: { values: [{ intValue: '1' }, text] } })), 'attributes.note'],
  ['array of bytes', ofSpan(attributes({ arrayValue: { values: [{ bytesValue: base64(BOTH) }] } })), 'attributes.note'],
  ['map value', ofSpan(attributes({ kvlistValue: { values: [{ key: 'k', value: text }] } })), 'attributes.note'],
  ['map key', ofSpan(attributes({ kvlistValue: { values: [{ key: BOTH, value: {} }] } })), 'attributes.note'],
  ['array in a map in an array', ofSpan(attributes({ arrayValue: { values: [{ kvlistValue: { values: [{ key: 'k', value: { arrayValue: { values: [text] } } }] } }] } })), 'attributes.note'],
  ['event name', ofSpan({ events: [{}, { name: BOTH }] }), 'events.1.name'],
  ['event attribute', ofSpan({ events: [attributes(text, 'exception.message')] }), 'events.0.exception.message'],
  ['event attribute key', ofSpan({ events: [attributes({}, BOTH)] }), `events.0.${KEY_TEXT} (key)`],
  ['event array', ofSpan({ events: [attributes({ arrayValue: { values: [text] } })] }), 'events.0.note'],
  ['link trace state', ofSpan({ links: [{ ...IDS, traceState: `a=${MAIL},b=${TOKEN}` }] }), 'links.0.trace_state'],
  ['link attribute', ofSpan({ links: [{ ...IDS }, { ...IDS, ...attributes(text) }] }), 'links.1.note'],
  ['link attribute key', ofSpan({ links: [{ ...IDS, ...attributes({}, BOTH) }] }), `links.0.${KEY_TEXT} (key)`],
  ['resource attribute', ofResource(attributes(text)), 'resource.note'],
  ['resource attribute of bytes', ofResource(attributes({ bytesValue: base64(BOTH) })), 'resource.note'],
  ['resource array', ofResource(attributes({ arrayValue: { values: [text] } })), 'resource.note'],
  ['resource attribute key', ofResource(attributes({}, BOTH)), `resource.${KEY_TEXT} (key)`],
  ['service name', ofResource(attributes(text, 'service.name')), 'resource.service.name'],
  ['resource schema URL', ofResource({}, { schemaUrl: `https://x/${MAIL}/${TOKEN}` }), 'resource.schema_url'],
  ['scope name', ofScope({ name: BOTH }), 'scope.name'],
  ['scope version', ofScope({ version: BOTH }), 'scope.version'],
  ['scope attribute', ofScope(attributes(text)), 'scope.note'],
  ['scope attribute key', ofScope(attributes({}, BOTH)), `scope.${KEY_TEXT} (key)`],
  ['scope schema URL', ofScope({}, { schemaUrl: `https://x/${MAIL}/${TOKEN}` }), 'scope.schema_url'],
];

/** The bytes of a text as they may stand in a block: as they are, and in base64 at each of its three alignments. */
function disguises(secret: string): Buffer[] {
  const shifted = [0, 1, 2].map((shift) => Buffer.from(base64('x'.repeat(shift) + secret).slice(4, -4)));
  return [Buffer.from(secret), Buffer.from(secret.toUpperCase()), Buffer.from(encodeURIComponent(secret)), Buffer.from(secret.slice(4)), ...shifted];
}

describe('no place of a record is passed by', () => {
  const pipeline = new Pipeline(null);
  for (const [name, resourceSpans, place] of PLACES) {
    test(name, async () => {
      const { block, taken } = sealed(pipeline, [resourceSpans]);
      for (const secret of [MAIL, TOKEN]) for (const bytes of disguises(secret)) assert.ok(!Buffer.from(block.spans).includes(bytes), `${bytes} is in the block`);
      await store(block);
      const rows = await engine.query<{ places: string[]; kinds: string[]; counts: number[] }>('SELECT minimized.place AS places, minimized.kind AS kinds, minimized.count AS counts FROM spans WHERE block = {block:UInt64}', { block: block.id }, BOUNDS);
      const said = rows[0]!.places.map((at, i) => `${at}: ${rows[0]!.counts[i]} ${rows[0]!.kinds[i]}`);
      assert.ok(said.includes(`${place}: 1 email`) && said.includes(`${place}: 1 credential`), said.join('; '));
      assert.deepEqual([taken[0]!.minimized['email'], taken[0]!.minimized['credential']], [1, 1]);
    });
  }

  test('the disguises that are searched for would be found', () => {
    const { block } = sealed(pipeline, [ofSpan(attributes({ bytesValue: base64('\0 plain text here') }))]);
    assert.ok(disguises('plain text here').some((bytes) => Buffer.from(block.spans).includes(bytes)));
    assert.ok(PLACES.length > 25);
  });
});

describe('Pipeline.take', () => {
  const never = () => assert.fail('nothing may be appended');

  test('refuses as a whole what cannot be decoded, and appends nothing', () => {
    const pipeline = new Pipeline(null);
    const malformedArray = Buffer.from('0a2d122b1229' + '0a10' + '01'.repeat(16) + '1208' + '02'.repeat(8) + '4a0b0a0161' + '12062a040a020aff', 'hex');
    for (const [body, encoding] of [[Buffer.from('{'), 'json'], [Buffer.from('[]'), 'json'], [Buffer.from([10, 200]), 'protobuf'], [Buffer.from('garbage'), 'protobuf'], [malformedArray, 'protobuf']] as const) {
      const result = pipeline.take(body, encoding, PRODUCER, 1, NOW_MS, never);
      assert.ok(isRefusal(result) && result.refused === 'body_undecodable', JSON.stringify(result));
    }
  });

  test('appends nothing when every span is refused, and says why', () => {
    const mine = { ...PRODUCER, services: ['shop-*'] };
    const body = Buffer.from(JSON.stringify({ resourceSpans: ofResource(attributes({ stringValue: 'bank' }, 'service.name')) }));
    const result = new Pipeline(null).take(body, 'json', mine, 1, NOW_MS, never);
    assert.ok(!isRefusal(result));
    assert.deepEqual([result.received, result.stored, result.refused, result.minimized], [1, 0, { span_service: 1 }, {}]);
    assert.match(result.message, /span_service/);
  });

  test('takes no spans at all', () => {
    assert.deepEqual(new Pipeline(null).take(Buffer.from('{}'), 'json', PRODUCER, 1, NOW_MS, never), { received: 0, stored: 0, refused: {}, dropped: 0, droppedOfOthers: 0, reliesOn: [], versionTraces: [], minimized: {}, message: '' });
  });

  test('a producer speaks for its own services, in the name as sent', () => {
    const mine = { ...PRODUCER, services: ['shop-*', 'cart'] };
    const of = (name: string) => ofResource(attributes({ stringValue: name }, 'service.name'));
    const { taken } = sealed(new Pipeline(null), [of('shop-web'), of('cart'), of('cart2'), of('bank\u200b'), of('Cart'), ofSpan({}), of('cart\0')], mine);
    assert.deepEqual(taken.map(({ stored }) => stored), [1, 1, 0, 0, 0, 0, 0]);
    for (const { received, stored, refused } of taken) assert.equal(received, stored + Object.values(refused).reduce((sum, count) => sum + count, 0));
  });

  test('what is replaced in a resource counts once, and every span says so', async () => {
    const resourceSpans = [{ resource: attributes({ stringValue: MAIL }), scopeSpans: [{ spans: [{ ...IDS }, { ...IDS, name: MAIL }, { ...IDS }] }] }];
    const { taken, block } = sealed(new Pipeline(null), [resourceSpans, resourceSpans]);
    // The spans have no times, which is counted beside.
    assert.deepEqual(taken.map(({ minimized }) => minimized), [{ email: 2, 'odd-time': 3 }, { email: 2, 'odd-time': 3 }]);
    await store(block);
    const rows = await engine.query<{ places: string[] }>('SELECT minimized.place AS places FROM spans WHERE block = {block:UInt64} ORDER BY row', { block: block.id }, BOUNDS);
    assert.deepEqual(rows.map(({ places }) => places), [['resource.note'], ['name', 'resource.note'], ['resource.note'], ['resource.note'], ['name', 'resource.note'], ['resource.note']]);
  });
});

test('a policy that keeps one kind does not keep another that a mark of it covers', () => {
  const span = ofSpan({ ...attributes({ stringValue: `${MAIL} 8f3kd93kd02kd83kd` }, 'http.request.header.x-api-key'), startTimeUnixNano: `${NOW_MS}000000`, endTimeUnixNano: `${NOW_MS}000001` });
  const kept = (policy?: PolicyDocument) => sealed(policy === undefined ? new Pipeline(null) : new Pipeline(null, compilePolicy(policy)), [span]).taken[0]!.minimized;
  assert.deepEqual(kept(), { credential: 1 });
  assert.deepEqual(kept({ version: 2, rules: [{ id: 'credentials', recognized: ['credential'], action: 'keep' }] }), { email: 1 });
});

test('spans that the policy drops are refused, counted, told, and not noted as taken', () => {
  const probes: PolicyDocument = { version: 2, rules: [{ id: 'probes', keys: ['probe'], action: 'drop-span' }] };
  const table = () => new Comparer(new TakenSpans(memory, 1));
  const memory = TakenSpans.allocate(blocks + 1, 64 * 1024);
  const times = { startTimeUnixNano: `${NOW_MS}000000`, endTimeUnixNano: `${NOW_MS}000001` };
  const probe = (serial: number) => ({ traceId: IDS.traceId, spanId: serial.toString(16).padStart(16, '0'), ...times, ...attributes({ boolValue: true }, 'probe') });
  const other = { ...IDS, ...times };
  const request = [{ scopeSpans: [{ spans: [probe(1), other, probe(2), { ...probe(3), startTimeUnixNano: '0' }] }] }];
  const { taken: [first, again, none] } = sealed(new Pipeline(table(), compilePolicy(probes)), [request, request, [{ scopeSpans: [{ spans: [probe(1)] }] }]]);
  const refused = { span_dropped_by_policy: 3 };
  assert.deepEqual({ ...first, message: '' }, { received: 4, stored: 1, refused, dropped: 0, droppedOfOthers: 0, reliesOn: [], versionTraces: [], minimized: {}, message: '' });
  assert.match(first!.message, /^3 spans refused, span_dropped_by_policy: /);
  assert.deepEqual([again!.stored, again!.dropped, again!.refused], [0, 1, refused]);
  assert.deepEqual({ ...none, message: '' }, { received: 1, stored: 0, refused: { span_dropped_by_policy: 1 }, dropped: 0, droppedOfOthers: 0, reliesOn: [], versionTraces: [], minimized: {}, message: '' });
  for (const { received, stored, refused: codes, dropped } of [first!, again!, none!]) assert.equal(received, stored + dropped + Object.values(codes).reduce((sum, count) => sum + count, 0));
  // Under another policy they are taken, for the first time.
  const { taken: [later] } = sealed(new Pipeline(table()), [request]);
  assert.deepEqual([later!.stored, later!.dropped, later!.minimized], [3, 1, { 'odd-time': 1 }]);
});

test('a block is not begun for a request of which the policy leaves nothing', () => {
  const pipeline = new Pipeline(null, compilePolicy({ version: 2, rules: [{ id: 'all', for: { places: ['span-name'] }, action: 'drop-span' }] }));
  const result = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans: ofSpan({}) })), 'json', PRODUCER, 1, NOW_MS, () => assert.fail('no block is needed'));
  assert.ok(!isRefusal(result) && result.stored === 0);
});

test('nothing that an SDK sends is lost: random requests come back from the query side as they were sent', async () => {
  const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? randomInt(1, 2 ** 31));
  const random = generator(seed);
  const requests = Array.from({ length: 30 }, () => randomRequest(random));
  const pipeline = new Pipeline(null);
  for (let from = 0; from < requests.length; from += 10) {
    const { taken, block } = sealed(pipeline, requests.slice(from, from + 10));
    for (const { refused, minimized } of taken) assert.deepEqual([refused, { ...minimized, 'odd-time': 0 }], [{}, { 'odd-time': 0 }], `seed ${seed}`);
    await store(block);
  }
  const queries = createQueries({
    store: { query: (sql, params, bounds) => engine.query(sql, params, bounds), pendingRows: 0, settle: async () => {}, mayBePending: () => false, figures: { roll: 0, blocks: [] }, accounting: async () => [] },
    producers: async () => [],
  });
  const reader: Reader = { id: 't_0123456789abcdef', name: 'test', tenant: DEFAULT_TENANT, kind: 'token', roles: ['viewer'], groups: [], scopes: null };
  const sent = Map.groupBy(requests.flatMap((request) => flat(request)), ({ traceId }) => traceId);
  assert.ok(sent.size > 10, `seed ${seed}: only ${sent.size} traces`);
  for (const [traceId, spans] of sent) {
    const trace = await queries.traceById(reader, traceId);
    assert.ok(!isRefusal(trace), `seed ${seed}: ${isRefusal(trace) ? trace.refused : ''}`);
    const { resourceSpans } = JSON.parse(await otlpJson(trace)) as { resourceSpans: Json[] };
    assert.deepEqual(flat(resourceSpans).sort(bySpanId), spans.sort(bySpanId), `seed ${seed}, trace ${traceId}`);
  }
});

type Random = (below: number) => number;
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const scanner = new Scanner();
const WORDS = ['GET', 'cart', 'größe', '日本語', '👩‍👩‍👧', 'x'.repeat(130), 'a\tb\nc', '', '"quoted"', '\\back', '{"a":1}', '\u{10ffff}', 'e\u0301', '%20', '`', "it's", '\ufffd', 'null', '0', '-0'];
const DOUBLES = [0, '-0', 0.1, -1.5, 1e300, 5e-324, 1e21, 123456789.125, 'NaN', 'Infinity', '-Infinity', 3];
const INTEGERS = ['0', '1', '-1', '255', '4294967295', '4294967296', '-4294967296', '9223372036854775807', '-9223372036854775808', '9007199254740993'];

function randomText(random: Random): string {
  const words = Array.from({ length: random(4) }, () => WORDS[random(WORDS.length)]!).join(' ');
  return scanner.scanText(words, KEY.plain) === null ? words : 'plain';
}
function randomValue(random: Random, depth = 0): Json {
  const several = <T>(make: () => T) => Array.from({ length: random(4) }, make);
  switch (random(depth < 4 ? 8 : 6)) {
    case 0: return { stringValue: randomText(random) };
    case 1: return { boolValue: random(2) === 0 };
    case 2: return { intValue: INTEGERS[random(INTEGERS.length)] };
    case 3: return { doubleValue: DOUBLES[random(DOUBLES.length)] };
    case 4: return { bytesValue: Buffer.from(Array.from({ length: random(40) }, () => random(256))).toString('base64') };
    case 5: return {};
    case 6: return { arrayValue: { values: several(() => randomValue(random, depth + 1)) } };
    default: return { kvlistValue: { values: several(() => ({ key: `n${random(9)}`, value: randomValue(random, depth + 1) })) } };
  }
}
function randomAttributes(random: Random): Json[] {
  const keys = new Set(Array.from({ length: random(8) }, () => (random(9) === 0 ? randomText(random) : `k.${random(300)}`)));
  return [...keys].map((key) => ({ key, value: randomValue(random) }));
}
const randomHex = (random: Random, digits: number) => Array.from({ length: digits }, () => (1 + random(15)).toString(16)).join('');
const randomTime = (random: Random) => [0n, 1n, 4294967295n, 4294967296n, BigInt(NOW_MS) * 1_000_000n + BigInt(random(2 ** 30))][random(5)]!.toString();
/** The field, or nothing: senders leave defaults out. */
const maybe = (random: Random, fields: Json): Json => (random(3) === 0 ? {} : fields);

function randomRequest(random: Random): Json[] {
  const dropped = () => maybe(random, { droppedAttributesCount: random(2) === 0 ? 4294967295 : random(5) });
  const attributes = () => maybe(random, { attributes: randomAttributes(random) });
  const schemaUrl = () => maybe(random, { schemaUrl: `https://opentelemetry.io/schemas/1.${random(30)}.0` });
  return Array.from({ length: random(3) + 1 }, () => ({
    ...maybe(random, { resource: { ...attributes(), ...dropped() } }),
    ...schemaUrl(),
    scopeSpans: Array.from({ length: random(3) + 1 }, () => ({
      ...maybe(random, { scope: { ...maybe(random, { name: randomText(random) }), ...maybe(random, { version: `${random(9)}.${random(9)}` }), ...attributes(), ...dropped() } }),
      ...schemaUrl(),
      spans: Array.from({ length: random(5) }, () => ({
        traceId: `${'ab'.repeat(14)}0${random(9)}0${1 + random(4)}`, spanId: randomHex(random, 16), ...maybe(random, { parentSpanId: randomHex(random, 16) }), ...maybe(random, { name: randomText(random) }),
        ...maybe(random, { traceState: `v${random(9)}=${random(99)}` }), ...maybe(random, { flags: [1, 257, 769, 4294967295][random(4)] }), ...maybe(random, { kind: [0, 1, 5, -2147483648, 2147483647][random(5)] }),
        startTimeUnixNano: randomTime(random), endTimeUnixNano: randomTime(random), ...maybe(random, { status: { ...maybe(random, { code: random(3) }), ...maybe(random, { message: randomText(random) }) } }),
        ...attributes(), ...dropped(), ...maybe(random, { droppedEventsCount: random(9), droppedLinksCount: random(9) }),
        events: Array.from({ length: random(3) }, () => ({ ...maybe(random, { timeUnixNano: randomTime(random) }), ...maybe(random, { name: randomText(random) }), ...attributes(), ...dropped() })),
        links: Array.from({ length: random(3) }, () => ({ traceId: randomHex(random, 32), spanId: randomHex(random, 16), ...maybe(random, { traceState: 'a=b' }), ...maybe(random, { flags: 257 }), ...attributes(), ...dropped() })),
      })),
    })),
  }));
}

interface Flat extends Json {
  readonly traceId: string;
  readonly spanId: string;
}
function bySpanId(left: Flat, right: Flat): number {
  return left.spanId < right.spanId ? -1 : 1;
}

/** Every span with all that belongs to it and every default spelled out, so that both sides can be compared. */
function flat(resourceSpans: readonly Json[]): Flat[] {
  const list = (owner: Json, name: string) => (owner[name] ?? []) as Json[];
  const object = (owner: Json, name: string) => (owner[name] ?? {}) as Json;
  const attributes = (owner: Json) => list(owner, 'attributes').map(({ key, value }) => [key, plain(value as Json)]);
  return resourceSpans.flatMap((group) =>
    list(group, 'scopeSpans').flatMap((scoped) =>
      list(scoped, 'spans').map((span) => ({
        resource: [attributes(object(group, 'resource')), object(group, 'resource')['droppedAttributesCount'] ?? 0, group['schemaUrl'] ?? ''],
        scope: [object(scoped, 'scope')['name'] ?? '', object(scoped, 'scope')['version'] ?? '', attributes(object(scoped, 'scope')), object(scoped, 'scope')['droppedAttributesCount'] ?? 0, scoped['schemaUrl'] ?? ''],
        traceId: String(span['traceId']), spanId: String(span['spanId']), parentSpanId: span['parentSpanId'] ?? '', traceState: span['traceState'] ?? '', flags: span['flags'] ?? 0, name: span['name'] ?? '',
        kind: span['kind'] ?? 0, start: span['startTimeUnixNano'] ?? '0', end: span['endTimeUnixNano'] ?? '0', code: object(span, 'status')['code'] ?? 0, message: object(span, 'status')['message'] ?? '',
        attributes: attributes(span), dropped: [span['droppedAttributesCount'] ?? 0, span['droppedEventsCount'] ?? 0, span['droppedLinksCount'] ?? 0],
        events: list(span, 'events').map((event) => [event['timeUnixNano'] ?? '0', event['name'] ?? '', attributes(event), event['droppedAttributesCount'] ?? 0]),
        links: list(span, 'links').map((link) => [link['traceId'], link['spanId'], link['traceState'] ?? '', link['flags'] ?? 0, attributes(link), link['droppedAttributesCount'] ?? 0]),
      })),
    ),
  );
}
/** An AnyValue in one spelling: doubles as text, which tells -0 from 0. */
function plain(value: Json): unknown {
  if ('doubleValue' in value) return { double: Object.is(value['doubleValue'], -0) ? '-0' : String(value['doubleValue']) };
  if ('arrayValue' in value) return { array: (((value['arrayValue'] as Json)['values'] ?? []) as Json[]).map(plain) };
  if ('kvlistValue' in value) return { map: (((value['kvlistValue'] as Json)['values'] ?? []) as Json[]).map((entry) => [entry['key'], plain(entry['value'] as Json)]) };
  return value;
}
