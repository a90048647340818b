import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTable, SpanBatch } from '#batch';
import { LIMITS } from '#limits';
import { UNKNOWN_SERVICE } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { refusedMessage, SPAN_REFUSALS, validate, type Validity } from './validate.ts';

const NOW_MS = 1_800_000_000_000;
const nanos = (ms: number) => (BigInt(ms) * 1_000_000n).toString();
const GOOD = { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '1112131415161718', name: 'GET', startTimeUnixNano: nanos(NOW_MS), endTimeUnixNano: nanos(NOW_MS + 5) };
type Json = Record<string, unknown>;

function judge(resourceSpans: unknown, speaksFor: (service: string) => boolean = () => true, backfill = false, rememberedSince_ms = 0): Validity {
  const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans })));
  assert.ok(bytes instanceof Uint8Array);
  const batch = new SpanBatch(new KeyTable());
  assert.equal(decodeRequest(bytes, batch), null);
  const validity = validate(batch, { speaksFor, backfill }, NOW_MS, rememberedSince_ms);
  const refused = Object.values(validity.refused).reduce((sum, count) => sum + count, 0);
  assert.equal(validity.received, validity.taken + refused, 'received = taken + Σ refused');
  return validity;
}
const spans = (...list: Json[]) => [{ scopeSpans: [{ spans: list }] }];
const service = (value: unknown) => ({ attributes: [{ key: 'service.name', value }] });

test('validate takes a sound span, a root without parent, no times at all and an end before the start', () => {
  const { taken, received, refused, oddTimes } = judge(spans(GOOD, { ...GOOD, parentSpanId: '2122232425262728' }, { ...GOOD, startTimeUnixNano: '0', endTimeUnixNano: '0' }, { ...GOOD, endTimeUnixNano: '1' }));
  assert.deepEqual([taken, received, refused], [4, 4, {}]);
  assert.equal(oddTimes, 2, 'odd times are counted');
});

const WRONG: [name: string, span: Json, code: (typeof SPAN_REFUSALS)[number]][] = [
  ['trace id of zeros', { traceId: '0'.repeat(32) }, 'span_ids'],
  ['span id of zeros', { spanId: '0'.repeat(16) }, 'span_ids'],
  ['trace id missing', { traceId: null }, 'span_ids'],
  ['span id missing', { spanId: null }, 'span_ids'],
  ['trace id too short', { traceId: '01' }, 'span_ids'],
  ['trace id too long', { traceId: '01'.repeat(17) }, 'span_ids'],
  ['span id too long', { spanId: '01'.repeat(16) }, 'span_ids'],
  ['parent of a wrong length', { parentSpanId: '0102' }, 'span_ids'],
  ['start too far in the future', { startTimeUnixNano: nanos(NOW_MS + LIMITS.future_ms_max + 10_000) }, 'span_time'],
  ['end too far in the future', { endTimeUnixNano: nanos(NOW_MS + LIMITS.future_ms_max + 10_000) }, 'span_time'],
  ['the last instant that can be written', { endTimeUnixNano: '18446744073709551615' }, 'span_time'],
  ['an end that is too long ago', { startTimeUnixNano: nanos(NOW_MS - LIMITS.past_ms_max - 60_000), endTimeUnixNano: nanos(NOW_MS - LIMITS.past_ms_max - 1) }, 'span_too_old'],
  ['a start that is too long ago, without an end', { startTimeUnixNano: nanos(NOW_MS - LIMITS.past_ms_max - 1), endTimeUnixNano: '0' }, 'span_too_old'],
  ['an end of the year 1970', { startTimeUnixNano: '0', endTimeUnixNano: '1' }, 'span_too_old'],
  ['too many events', { events: Array.from({ length: LIMITS.events_per_span_max + 1 }, () => ({})) }, 'span_links_events'],
  ['too many links', { links: Array.from({ length: LIMITS.links_per_span_max + 1 }, () => ({})) }, 'span_links_events'],
];
for (const [name, change, code] of WRONG) {
  test(`validate refuses ${name} and takes its neighbours`, () => {
    const { batch, taken, refused } = judge(spans(GOOD, { ...GOOD, ...change }, GOOD));
    assert.deepEqual([taken, refused], [2, { [code]: 1 }]);
    assert.deepEqual(Array.from(batch.refused.subarray(0, 3)), [0, 1 + SPAN_REFUSALS.indexOf(code), 0]);
  });
}

test('validate takes what lies at the limits', () => {
  const { taken } = judge(spans(
    { ...GOOD, startTimeUnixNano: nanos(NOW_MS + LIMITS.future_ms_max - 10_000) },
    { ...GOOD, startTimeUnixNano: '1', endTimeUnixNano: nanos(NOW_MS - LIMITS.past_ms_max + 1) },
    { ...GOOD, events: Array.from({ length: LIMITS.events_per_span_max }, () => ({})), links: Array.from({ length: LIMITS.links_per_span_max }, () => ({})) },
  ));
  assert.equal(taken, 3);
});

test('validate takes spans of any age from a producer that may backfill, and none from the future', () => {
  const { taken, refused } = judge(spans({ ...GOOD, startTimeUnixNano: '1', endTimeUnixNano: '2' }, { ...GOOD, endTimeUnixNano: nanos(NOW_MS + LIMITS.future_ms_max + 10_000) }), undefined, true);
  assert.deepEqual([taken, refused], [1, { span_time: 1 }]);
});

test('validate takes no span that may have come with a request that is not remembered any more', () => {
  const since_ms = NOW_MS - 3_600_000;
  // What came at that moment may have ended so much later, and not more.
  const last_ms = since_ms + LIMITS.future_ms_max;
  const old = { ...GOOD, startTimeUnixNano: '1', endTimeUnixNano: nanos(last_ms) };
  const young = { ...GOOD, startTimeUnixNano: '1', endTimeUnixNano: nanos(last_ms + 2) };
  assert.deepEqual(judge(spans(old, young), undefined, false, since_ms).refused, { span_too_old: 1 });
  assert.deepEqual(judge(spans(old, young), undefined, true, since_ms).refused, {}, 'unless it may backfill');
  // Nothing was ever forgotten.
  assert.deepEqual(judge(spans(old, young), undefined, false, 0).refused, {});
  const [ahead, tooFar] = [1n, 2_000_001n].map((by) => ({ ...GOOD, endTimeUnixNano: String(BigInt(NOW_MS + LIMITS.future_ms_max) * 1_000_000n + by - 1_000_000n) }));
  assert.deepEqual(judge(spans(ahead!, tooFar!)).refused, { span_time: 1 }, 'to the millisecond');
});

test('validate refuses spans of a service that the producer may not speak for, by the name as sent', () => {
  const asked: string[] = [];
  const mine = (name: string) => {
    asked.push(name);
    return name === 'shop';
  };
  const of = (value: unknown) => ({ resource: service(value), scopeSpans: [{ spans: [GOOD] }] });
  const { taken, refused } = judge([of({ stringValue: 'shop' }), of({ stringValue: 'bank' }), of({ stringValue: 'shop\u200b' }), of({ stringValue: 'Shop' })], mine);
  assert.deepEqual([taken, refused], [1, { span_service: 3 }]);
  assert.deepEqual(asked, ['shop', 'bank', 'shop\u200b', 'Shop']);
});

test('validate asks for unknown_service where the resource names no service, or not by a text', () => {
  for (const resource of [undefined, {}, service({}), service({ stringValue: '' }), service({ intValue: '1' }), service({ arrayValue: { values: [{ stringValue: 'shop' }] } }), service({ bytesValue: 'c2hvcA==' })]) {
    const asked: string[] = [];
    judge([{ ...(resource === undefined ? {} : { resource }), scopeSpans: [{ spans: [GOOD] }] }], (name) => {
      asked.push(name);
      return true;
    });
    assert.deepEqual(asked, [UNKNOWN_SERVICE]);
  }
});

test('validate asks for the service name sent last, which is the one that is stored', () => {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }, { key: 'service.name', value: { stringValue: 'bank' } }] };
  const { refused } = judge([{ resource, scopeSpans: [{ spans: [GOOD] }] }], (name) => name === 'shop');
  assert.deepEqual(refused, { span_service: 1 });
});

test('validate counts spans beyond the limit of a request as refused', () => {
  const { taken, received, refused } = judge(spans(...Array.from({ length: LIMITS.spans_per_request_max + 3 }, () => ({ traceId: GOOD.traceId, spanId: GOOD.spanId }))));
  assert.deepEqual([taken, received, refused], [LIMITS.spans_per_request_max, LIMITS.spans_per_request_max + 3, { span_count: 3 }]);
});

test('refusedMessage says how many and why, and nothing of the payload', () => {
  const secret = 'ghp_payload';
  const { refused } = judge([
    { resource: service({ stringValue: secret }), scopeSpans: [{ spans: [{ ...GOOD, name: secret }, GOOD] }] },
    { resource: service({ stringValue: 'shop' }), scopeSpans: [{ spans: [{ ...GOOD, name: secret, spanId: '' }] }] },
  ], (name) => name === 'shop');
  const message = refusedMessage(refused);
  assert.match(message, /^2 spans refused, span_service: .* 1 span refused, span_ids: /);
  assert.ok(!message.includes(secret));
  assert.equal(refusedMessage({}), '');
});
