import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { DUPLICATE, KeyTable, SpanBatch } from '#batch';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, type ProducerId, type TenantId } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { Comparer, type Compared, TakenSpans } from './compare.ts';

type Json = Record<string, unknown>;
const TRACE = '0102030405060708090a0b0c0d0e0f10';
const GOOD = { traceId: TRACE, spanId: '1112131415161718', name: 'GET', startTimeUnixNano: '1', endTimeUnixNano: '2' };
const NOTHING: Compared = { dropped: 0, ofOthers: 0, reliesOn: [], versions: 0, versionTraces: [] };
const SENDER = { id: 'p_00000000000000aa' as ProducerId, tenant: DEFAULT_TENANT };
const KiB = 1024;

interface Fixture {
  /** Compares the spans of a request that goes into `block`; says of each 0 or `DUPLICATE`. */
  compare(resourceSpans: unknown, block?: number, tenant?: string, producer?: string): { readonly compared: Compared; readonly refused: number[] };
}

function fixture(bytes = 64 * KiB, firstBlock = 1): Fixture {
  const comparer = new Comparer(new TakenSpans(TakenSpans.allocate(firstBlock, bytes), 1));
  const batch = new SpanBatch(new KeyTable());
  return {
    compare: (resourceSpans, block = firstBlock, tenant = 'default', producer = 'p_00000000000000aa') => {
      const request = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans })));
      assert.ok(request instanceof Uint8Array);
      assert.equal(decodeRequest(request, batch), null);
      const compared = comparer.compare(batch, { id: producer as ProducerId, tenant: tenant as TenantId }, block);
      return { compared, refused: Array.from(batch.refused.subarray(0, batch.spans)) };
    },
  };
}
const of = (spans: readonly Json[], resource: Json = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }, scope: Json = { name: 'lib' }, more: Json = {}) => [{ resource, ...more, scopeSpans: [{ scope, spans }] }];
const numbered = (serial: number) => ({ ...GOOD, spanId: serial.toString(16).padStart(16, '0') });

test('a span taken before with the same content is dropped, in another request and within one', () => {
  const { compare } = fixture();
  assert.deepEqual(compare(of([GOOD]), 5), { compared: NOTHING, refused: [0] });
  const again = compare(of([numbered(1), GOOD, numbered(1), GOOD]), 7);
  assert.deepEqual(again.refused, [0, DUPLICATE, DUPLICATE, DUPLICATE]);
  assert.deepEqual(again.compared, { dropped: 3, ofOthers: 0, reliesOn: [5, 7], versions: 0, versionTraces: [] });
});

for (const [name, changed] of [
  ['another name', of([{ ...GOOD, name: 'GE7' }])],
  ['another end', of([{ ...GOOD, endTimeUnixNano: '3' }])],
  ['another parent', of([{ ...GOOD, parentSpanId: '2112131415161718' }])],
  ['one more attribute', of([{ ...GOOD, attributes: [{ key: 'a', value: {} }] }])],
  ['another status', of([{ ...GOOD, status: { code: 2 } }])],
  ['another resource', of([GOOD], { attributes: [{ key: 'service.name', value: { stringValue: 'bank' } }] })],
  ['another schema of its resource', of([GOOD], undefined, undefined, { schemaUrl: 'https://schema.example/1' })],
  ['another scope', of([GOOD], undefined, { name: 'lib', version: '2' })],
] as const) {
  test(`a span with ${name} under the same ids is kept as a second version and told`, () => {
    const { compare } = fixture();
    compare(of([GOOD]));
    assert.deepEqual(compare(changed), { compared: { dropped: 0, ofOthers: 0, reliesOn: [], versions: 1, versionTraces: [TRACE] }, refused: [0] });
    assert.equal(compare(changed).compared.dropped, 1, 'the second version again is a duplicate');
    assert.equal(compare(of([GOOD])).compared.dropped, 1, 'and so is the first');
  });
}

test('spans of other traces, other ids and other tenants have nothing to do with each other', () => {
  const { compare } = fixture();
  compare(of([GOOD]));
  for (const span of [{ ...GOOD, traceId: `${TRACE.slice(0, 31)}1` }, { ...GOOD, spanId: '1112131415161719' }]) assert.deepEqual(compare(of([span])).compared, NOTHING);
  assert.deepEqual(compare(of([GOOD]), 1, 'other').compared, NOTHING);
});

test('what another producer had sent is dropped and told', () => {
  const { compare } = fixture();
  compare(of([GOOD, numbered(1)]));
  const { compared, refused } = compare(of([GOOD, numbered(2)]), 3, 'default', 'p_00000000000000bb');
  assert.deepEqual([refused, compared.dropped, compared.ofOthers], [[DUPLICATE, 0], 1, 1]);
  assert.equal(compare(of([GOOD])).compared.ofOthers, 0, 'its own again is no news');
});

test('spans that were refused are not compared, nor taken', () => {
  const comparer = new Comparer(new TakenSpans(TakenSpans.allocate(1, 64 * KiB), 1));
  const batch = new SpanBatch(new KeyTable());
  const request = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans: of([GOOD]) }))) as Uint8Array;
  decodeRequest(request, batch);
  batch.refused[0] = 3;
  assert.deepEqual(comparer.compare(batch, SENDER, 1), NOTHING);
  decodeRequest(request, batch);
  assert.deepEqual(comparer.compare(batch, SENDER, 1), NOTHING, 'it was not taken');
});

test('the traces that are named are few, the versions are all counted', () => {
  const { compare } = fixture();
  const spans = (name: string) => of(Array.from({ length: 50 }, (_, serial) => ({ ...numbered(1), traceId: (serial + 1).toString(16).padStart(32, '0'), name })));
  compare(spans('a'));
  const { compared } = compare(spans('b'));
  assert.deepEqual([compared.versions, compared.versionTraces.length], [50, LIMITS.version_traces_told_max]);
});

test('a flood of distinct spans makes the oldest forgotten, and the table no larger', () => {
  const memory = TakenSpans.allocate(1, 4 * KiB);
  const comparer = new Comparer(new TakenSpans(memory, 1));
  const batch = new SpanBatch(new KeyTable());
  const compare = (spans: readonly Json[], block: number): Compared => {
    decodeRequest(requestFromJson(Buffer.from(JSON.stringify({ resourceSpans: of(spans) }))) as Uint8Array, batch);
    return comparer.compare(batch, SENDER, block);
  };
  for (let block = 1; block <= 20; block++) assert.deepEqual(compare(Array.from({ length: 100 }, (_, at) => numbered(block * 1_000 + at)), block), NOTHING);
  assert.ok(memory.byteLength <= 5 * KiB);
  assert.deepEqual(compare([numbered(1_000)], 21), NOTHING, 'forgotten, so it is taken again');
  assert.ok(compare(Array.from({ length: 100 }, (_, at) => numbered(20_000 + at)), 22).dropped > 50, 'the newest are remembered');
});

test('what is taken is what a map of all spans would take, but for what was forgotten', (t) => {
  const seed = randomInt(1, 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const { compare } = fixture(256 * KiB, 1_000);
  const known = new Map<string, Set<string>>();
  for (let block = 1_000; block < 1_060; block++) {
    const spans = Array.from({ length: random(30) + 1 }, () => ({ ...numbered(random(300) + 1), name: random(9) === 0 ? 'other' : 'one' }));
    let versions = 0;
    const expected = spans.map(({ spanId, name }) => {
      const names = known.get(spanId) ?? new Set<string>();
      known.set(spanId, names);
      if (names.has(name)) return DUPLICATE;
      if (names.size > 0) versions++;
      names.add(name);
      return 0;
    });
    const { compared, refused } = compare(of(spans), block);
    assert.deepEqual(refused, expected, `seed ${seed}`);
    assert.equal(compared.versions, versions, `seed ${seed}`);
  }
});
