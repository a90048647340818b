import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { isRefusal } from '#refusal';
import { otlpOf, type StoredForm, StoredForms } from './stored-form.ts';

type Json = Record<string, unknown>;
const TRACE = '0102030405060708090a0b0c0d0e0f10';
const id = (at: number): string => at.toString(16).padStart(16, '0');
const span = (at: number, more: Json = {}): Json => ({ traceId: TRACE, spanId: id(at), name: `span ${at}`, kind: 2, startTimeUnixNano: '5', endTimeUnixNano: '3', status: {}, ...more });
const request = (service: string, ...spans: Json[]): Buffer => Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ scope: {}, spans }] }] }));
const forms = (services = ['*']): StoredForms => new StoredForms(compilePolicy(DEFAULT_POLICY), { tenant: DEFAULT_TENANT, services }, null);
const otlp = async (answer: unknown): Promise<unknown> => JSON.parse(await otlpOf(answer as StoredForm));

test('answers come in the order of the requests, each with its own spans, also after the block was read', async () => {
  const of = forms();
  for (const round of [0, 1]) {
    const bodies = [request('a', span(1), span(2)), Buffer.from('{'), request('b'), request('c', span(round + 3))];
    for (const body of bodies) of.take(body, 'json');
    const [first, second, third, fourth, ...rest] = of.answers();
    assert.deepEqual(rest, []);
    assert.deepEqual(await otlp(first), JSON.parse(String(bodies[0])));
    assert.ok(isRefusal(second) && second.refused === 'body_undecodable');
    assert.deepEqual(await otlp(third), { resourceSpans: [] });
    assert.deepEqual(await otlp(fourth), JSON.parse(String(bodies[3])));
  }
});

test('everything that a span can have comes back as it was sent', async () => {
  const attributes = [
    { key: 's', value: { stringValue: 'ä' } }, { key: 'i', value: { intValue: '-9223372036854775808' } }, { key: 'd', value: { doubleValue: 0.1 } }, { key: 'b', value: { boolValue: true } },
    { key: 'x', value: { bytesValue: 'AAEC/w==' } }, { key: 'n', value: {} }, { key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '3' }] } } },
    { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } } },
  ];
  const full = {
    traceId: TRACE, spanId: id(1), traceState: 'vendor=1', parentSpanId: id(9), flags: 257, name: 'x'.repeat(300), kind: 3, startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000000000005',
    attributes, droppedAttributesCount: 1, events: [{ timeUnixNano: '7', name: 'e', attributes, droppedAttributesCount: 2 }, { timeUnixNano: '8', name: 'f' }], droppedEventsCount: 3,
    links: [{ traceId: TRACE, spanId: id(5), traceState: 'a=b', attributes, droppedAttributesCount: 4, flags: 1 }], droppedLinksCount: 5, status: { message: 'late', code: 2 },
  };
  const body = { resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'a' } }], droppedAttributesCount: 6 }, scopeSpans: [{ scope: { name: 'lib', version: '1', attributes, droppedAttributesCount: 7 }, spans: [full], schemaUrl: 'https://a' }], schemaUrl: 'https://b' }] };
  const of = forms();
  of.take(Buffer.from(JSON.stringify(body)), 'json');
  assert.deepEqual(await otlp(of.answers()[0]), body);
});

test('spans of any age and any service are taken, twice the same too; what a server refuses is counted by its code', async () => {
  const of = forms();
  const once = request('any', span(1, { startTimeUnixNano: '18446744073709551615', endTimeUnixNano: '18446744073709551615' }), span(0));
  of.take(once, 'json');
  of.take(once, 'json');
  const answers = of.answers() as StoredForm[];
  for (const { spans, refused } of answers) {
    assert.equal(spans.length, 1);
    assert.deepEqual(refused, { span_ids: 1 });
  }
  const narrow = forms(['shop-*']);
  narrow.take(request('shop-eu', span(1)), 'json');
  narrow.take(request('other', span(1)), 'json');
  assert.deepEqual((narrow.answers() as StoredForm[]).map(({ refused }) => refused), [{}, { span_service: 1 }]);
});

test('what is recognized is gone, and the answer says what it was', async () => {
  const of = forms();
  of.take(request('a', span(1, { name: 'to jane.doe@example.com' })), 'json');
  const [answer] = of.answers();
  const text = await otlpOf(answer as StoredForm);
  assert.doesNotMatch(text, /jane/);
  assert.match(text, /"to \[email\]".*name: 1 email/);
});
