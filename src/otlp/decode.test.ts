import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { KeyTable, NONE, SpanBatch, TYPE } from '#batch';
import { LIMITS } from '#limits';
import { decodeRequest } from './decode.ts';
import { requestFromJson } from './json-request.ts';

const newBatch = () => new SpanBatch(new KeyTable());
const wire = (json: unknown): Uint8Array => {
  const bytes = requestFromJson(Buffer.from(JSON.stringify(json)));
  assert.ok(bytes instanceof Uint8Array);
  return bytes;
};
const field = (number: number, payload: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(payload);
  const length = [];
  for (let n = bytes.length; ; n >>>= 7) {
    if (n < 128) {
      length.push(n);
      break;
    }
    length.push((n & 127) | 128);
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
};
const keyValue = (key: string, value: Buffer) => Buffer.concat([field(1, key), field(2, value)]);
const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2))]);
const request = (...spans: Buffer[]) => field(1, field(2, Buffer.concat(spans.map((span) => field(2, span)))));
const textOf = (batch: SpanBatch, value: number) => Buffer.from(batch.bytes).toString('utf8', batch.valueA[value], batch.valueA[value]! + batch.valueB[value]!);

const FULL = {
  resourceSpans: [{
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }, { key: 'host.id', value: { stringValue: 'h' } }], droppedAttributesCount: 2 },
    schemaUrl: 'https://r',
    scopeSpans: [{
      scope: { name: 'lib', version: '1.2', attributes: [{ key: 'a', value: { boolValue: true } }], droppedAttributesCount: 3 },
      schemaUrl: 'https://s',
      spans: [{
        traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '1112131415161718', parentSpanId: '2122232425262728', traceState: 'a=b', flags: 0x301, name: 'GET /', kind: 2,
        startTimeUnixNano: '1700000000123456789', endTimeUnixNano: '1700000001123456789', status: { code: 2, message: 'bad' },
        droppedAttributesCount: 4, droppedEventsCount: 5, droppedLinksCount: 6,
        attributes: [
          { key: 's', value: { stringValue: 'x'.repeat(200) } }, { key: 'i', value: { intValue: '-5' } }, { key: 'd', value: { doubleValue: 1.5 } }, { key: 'b', value: { boolValue: false } },
          { key: 'y', value: { bytesValue: 'AQI=' } }, { key: 'l', value: { arrayValue: { values: [{ intValue: '1' }] } } }, { key: 'm', value: { kvlistValue: { values: [] } } }, { key: 'e', value: {} },
        ],
        events: [{ timeUnixNano: '7', name: 'ev1', attributes: [{ key: 'k', value: { stringValue: 'v' } }], droppedAttributesCount: 1 }, { name: 'ev2' }],
        links: [{ traceId: '0102030405060708090a0b0c0d0e0f11', spanId: '1112131415161719', traceState: 'c=d', flags: 1, attributes: [{ key: 'lk', value: { stringValue: 'lv' } }], droppedAttributesCount: 9 }],
      }],
    }],
  }],
};

test('decodeRequest records every field of a span, its resource and its scope', () => {
  const batch = newBatch();
  assert.equal(decodeRequest(wire(FULL), batch), null);
  assert.deepEqual([batch.spans, batch.resources, batch.scopes, batch.events, batch.links], [1, 1, 1, 2, 1]);
  const text = (value: number) => textOf(batch, value);
  const keyed = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => [batch.keys.texts[batch.valueKey[start + i]!], batch.valueType[start + i]]);
  assert.equal(Buffer.from(batch.bytes).toString('hex', batch.traceId[0], batch.traceId[0]! + 16), '0102030405060708090a0b0c0d0e0f10');
  assert.equal(Buffer.from(batch.bytes).toString('hex', batch.spanId[0], batch.spanId[0]! + 8), '1112131415161718');
  assert.equal(Buffer.from(batch.bytes).toString('hex', batch.parentId[0], batch.parentId[0]! + 8), '2122232425262728');
  assert.deepEqual([batch.flags[0], batch.kind[0], batch.statusCode[0]], [0x301, 2, 2]);
  assert.equal((BigInt(batch.startHigh[0]!) << 32n) | BigInt(batch.startLow[0]!), 1700000000123456789n);
  assert.equal((BigInt(batch.endHigh[0]!) << 32n) | BigInt(batch.endLow[0]!), 1700000001123456789n);
  assert.deepEqual([text(batch.name[0]!), text(batch.traceState[0]!), text(batch.statusMessage[0]!)], ['GET /', 'a=b', 'bad']);
  assert.deepEqual([batch.droppedAttributes[0], batch.droppedEvents[0], batch.droppedLinks[0]], [4, 5, 6]);
  assert.deepEqual(keyed(batch.attributesStart[0]!, batch.attributesEnd[0]!), [['s', TYPE.string], ['i', TYPE.int], ['d', TYPE.double], ['b', TYPE.bool], ['y', TYPE.bytes], ['l', TYPE.array], ['m', TYPE.map], ['e', TYPE.empty]]);
  const int = batch.attributesStart[0]! + 1;
  assert.equal(BigInt.asIntN(64, (BigInt(batch.valueB[int]!) << 32n) | BigInt(batch.valueA[int]!)), -5n);
  assert.deepEqual([text(batch.eventName[0]!), batch.eventTimeLow[0], batch.eventDropped[0], text(batch.eventName[1]!)], ['ev1', 7, 1, 'ev2']);
  assert.deepEqual(keyed(batch.eventAttributesStart[0]!, batch.eventAttributesEnd[0]!), [['k', TYPE.string]]);
  assert.deepEqual([text(batch.linkTraceState[0]!), batch.linkFlags[0], batch.linkDropped[0]], ['c=d', 1, 9]);
  assert.deepEqual(keyed(batch.linkAttributesStart[0]!, batch.linkAttributesEnd[0]!), [['lk', TYPE.string]]);
  assert.deepEqual([text(batch.resourceService[0]!), batch.resourceDropped[0], text(batch.resourceSchemaUrl[0]!)], ['cart', 2, 'https://r']);
  assert.deepEqual([text(batch.scopeName[0]!), text(batch.scopeVersion[0]!), batch.scopeDropped[0], text(batch.scopeSchemaUrl[0]!)], ['lib', '1.2', 3, 'https://s']);
});

test('decodeRequest finds resource, scope and key where they stand after what they describe', () => {
  const span = Buffer.concat([ids, field(9, Buffer.concat([field(2, field(1, 'v')), field(1, 'late.key')]))]);
  const scopeSpans = Buffer.concat([field(2, span), field(1, field(1, 'lib'))]);
  const batch = newBatch();
  assert.equal(decodeRequest(field(1, Buffer.concat([field(2, scopeSpans), field(1, field(1, keyValue('service.name', field(1, 'late'))))])), batch), null);
  assert.equal(textOf(batch, batch.resourceService[0]!), 'late');
  assert.equal(textOf(batch, batch.scopeName[0]!), 'lib');
  assert.equal(batch.keys.texts[batch.valueKey[batch.attributesStart[0]!]!], 'late.key');
});

test('decodeRequest keeps attribute lists in one piece when events stand between attributes', () => {
  const event = field(11, Buffer.concat([field(2, 'ev'), field(3, keyValue('inner', field(1, 'x')))]));
  const batch = newBatch();
  decodeRequest(request(Buffer.concat([ids, field(9, keyValue('one', field(1, 'a'))), event, field(9, keyValue('two', field(1, 'b')))])), batch);
  assert.equal(batch.attributesEnd[0]! - batch.attributesStart[0]!, 2);
  assert.equal(batch.eventAttributesEnd[0]! - batch.eventAttributesStart[0]!, 1);
});

test('decodeRequest keeps the last value of a key sent twice, and counts the other as dropped', () => {
  const batch = newBatch();
  decodeRequest(request(Buffer.concat([ids, field(9, keyValue('k', field(1, 'first'))), field(9, keyValue('other', field(1, 'o'))), field(9, keyValue('k', field(1, 'last')))])), batch);
  assert.equal(batch.attributesEnd[0]! - batch.attributesStart[0]!, 2);
  assert.equal(textOf(batch, batch.attributesStart[0]!), 'last');
  assert.equal(batch.droppedAttributes[0], 1);
});

test('decodeRequest drops attributes that claim to be the server’s own words', () => {
  const batch = newBatch();
  decodeRequest(request(Buffer.concat([ids, field(9, keyValue('tracekeep.minimized', field(1, 'nothing to see')))])), batch);
  assert.equal(batch.attributesEnd[0], batch.attributesStart[0]);
  assert.equal(batch.droppedAttributes[0], 1);
});

test('decodeRequest cuts attributes beyond the limits and counts them as dropped', () => {
  const many = Array.from({ length: LIMITS.attributes_per_list_max + 3 }, (_, i) => field(9, keyValue(`k${i}`, field(1, 'v'))));
  const batch = newBatch();
  decodeRequest(request(Buffer.concat([ids, ...many, field(9, keyValue('x'.repeat(LIMITS.key_bytes_max + 1), field(1, 'v')))])), batch);
  assert.equal(batch.attributesEnd[0]! - batch.attributesStart[0]!, LIMITS.attributes_per_list_max);
  assert.equal(batch.droppedAttributes[0], 4);
});

test('decodeRequest counts spans beyond the limit without decoding them', () => {
  const batch = newBatch();
  const spans = Array.from({ length: LIMITS.spans_per_request_max + 2 }, () => ids);
  assert.equal(decodeRequest(request(...spans), batch), null);
  assert.deepEqual([batch.spans, batch.spansCut], [LIMITS.spans_per_request_max, 2]);
});

test('decodeRequest refuses a request that is small on the wire and huge in memory', () => {
  const batch = newBatch();
  const events = Buffer.alloc((LIMITS.events_links_per_request_max + 1) * 2);
  for (let i = 0; i < events.length; i += 2) events[i] = (11 << 3) | 2;
  assert.deepEqual(decodeRequest(request(Buffer.concat([ids, events])), batch)?.refused, 'body_too_large');
  const groups = Buffer.alloc((LIMITS.groups_per_request_max + 1) * 2);
  for (let i = 0; i < groups.length; i += 2) groups[i] = (1 << 3) | 2;
  assert.deepEqual(decodeRequest(groups, batch)?.refused, 'body_too_large');
});

test('decodeRequest skips unknown fields, groups included, and takes ids of the wrong length as missing', () => {
  const unknown = Buffer.concat([Buffer.from([0x98, 0x06, 0x01]), Buffer.from([0xa2, 0x06, 0x01, 0x41]), Buffer.from([0xf3, 0x06, 0x08, 0x01, 0xf4, 0x06])]);
  const batch = newBatch();
  assert.equal(decodeRequest(request(Buffer.concat([unknown, field(1, Buffer.alloc(15, 1)), field(2, Buffer.alloc(8, 2)), field(4, Buffer.alloc(3, 1))])), batch), null);
  assert.deepEqual([batch.traceId[0], batch.parentId[0]], [0, NONE]);
});

test('decodeRequest refuses every cut of a request inside a field, and never throws on mutations', () => {
  const good = Buffer.from(wire(FULL));
  const batch = newBatch();
  assert.equal(decodeRequest(good.subarray(0, good.length - 1), batch)?.refused, 'body_undecodable');
  const seed = randomInt(2 ** 31);
  let state = seed || 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  for (let round = 0; round < 20_000; round++) {
    const mutated = Buffer.from(good);
    for (let i = random(4); i >= 0; i--) mutated[random(mutated.length)] = random(256);
    assert.doesNotThrow(() => decodeRequest(random(2) === 0 ? mutated : mutated.subarray(0, random(mutated.length)), batch), `seed ${seed} round ${round}`);
    assert.ok(batch.values <= LIMITS.values_per_request_max);
  }
});

test('decodeRequest adds what it cut from a resource or scope to the count sent, which stands after the attributes', () => {
  const many = (number: number) => Array.from({ length: LIMITS.attributes_per_list_max + 3 }, (_, i) => field(number, keyValue(`k${i}`, field(1, 'v'))));
  const resource = field(1, Buffer.concat([...many(1), Buffer.from([16, 10])]));
  const scope = field(1, Buffer.concat([...many(3), Buffer.from([32, 20])]));
  const batch = newBatch();
  assert.equal(decodeRequest(field(1, Buffer.concat([resource, field(2, Buffer.concat([scope, field(2, ids)]))])), batch), null);
  assert.deepEqual([batch.resourceDropped[0], batch.scopeDropped[0]], [13, 23]);
});

test('decodeRequest cuts attributes of more different keys than are told apart', () => {
  const batch = newBatch();
  const spans = Array.from({ length: 300 }, (_, n) => Buffer.concat([ids, ...Array.from({ length: 250 }, (_, k) => field(9, keyValue(`${n}.${k}`, field(1, 'v'))))]));
  assert.equal(decodeRequest(request(...spans), batch), null);
  assert.ok(batch.keys.size <= 2 * LIMITS.interned_keys_max);
  assert.deepEqual([batch.droppedAttributes[0], batch.droppedAttributes[299]], [0, 250]);
});
