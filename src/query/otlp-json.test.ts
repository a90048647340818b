/**
 * What is written stays JSON and says what was stored, also when a stored text does not fit its type.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otlpJson } from './otlp-json.ts';
import type { Attribute, Span } from './span.ts';

const span = (more: Partial<Span>): Span => ({
  traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentSpanId: '', traceState: '', flags: 0, name: 'n', kind: 0, start: 5n, duration: 3n, statusCode: 0, statusMessage: '', service: 's',
  resource: '{}', scope: '{}', attributes: [], droppedAttributes: 0, droppedEvents: 0, droppedLinks: 0, events: [], links: [], minimized: [], ...more,
});

interface Written {
  readonly resourceSpans: readonly { readonly resource: object; readonly scopeSpans: readonly { readonly scope: object; readonly spans: readonly { readonly name: string; readonly attributes?: readonly { readonly key: string; readonly value: unknown }[] }[] }[] }[];
}

const written = async (spans: readonly Span[]): Promise<Written> => JSON.parse(await otlpJson({ traceId: 'a'.repeat(32), spans, more: false })) as Written;

test('a stored text that does not fit its type is answered as a string, and the answer stays JSON', async () => {
  const wrong: readonly [string, string][] = [['i', '1,"x":2'], ['i', ''], ['d', '1}'], ['d', 'nan'], ['d', '0x10'], ['b', 'yes'], ['a', '[1]'], ['a', '{"arrayValue":'], ['m', 'x'], ['?', 'x'], ['s', '"}],"x":[{"']];
  const attributes: Attribute[] = wrong.map(([type, text], at) => ({ key: `k${at}"`, type, text }));
  const answer = await written([span({ attributes })]);
  assert.deepEqual(answer.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes, wrong.map(([, text], at) => ({ key: `k${at}"`, value: { stringValue: text } })));
});

test('numbers pass with the text they were stored with', async () => {
  const attributes: Attribute[] = [['d', '-0'], ['d', '1e+21'], ['d', '5e-324'], ['d', '0.1'], ['d', 'NaN'], ['d', '-Infinity'], ['i', '9223372036854775807']].map(([type = '', text = ''], at) => ({ key: String(at), type, text }));
  const text = await otlpJson({ traceId: 'a'.repeat(32), more: false, spans: [span({ attributes, resource: '{"attributes":[{"key":"a","value":{"doubleValue":-0}},{"key":"b","value":{"arrayValue":{"values":[{"doubleValue":1e+21}]}}}]}' })] });
  for (const value of ['{"doubleValue":-0}', '{"doubleValue":1e+21}', '{"doubleValue":5e-324}', '{"doubleValue":0.1}', '{"doubleValue":"NaN"}', '{"doubleValue":"-Infinity"}', '{"intValue":"9223372036854775807"}']) assert.ok(text.includes(value), value);
  assert.ok(text.includes('{"key":"a","value":{"doubleValue":-0}}'));
  assert.ok(text.includes('"values":[{"doubleValue":1e+21}]'));
});

test('resources and scopes that are not readable are answered empty, not thrown', async () => {
  for (const broken of ['', 'null', '[]', '{"attributes":5,"droppedAttributesCount":"x","schemaUrl":7}', '{']) {
    const answer = await written([span({ resource: broken, scope: broken })]);
    assert.deepEqual(answer.resourceSpans[0]?.resource, {}, broken);
    assert.deepEqual(answer.resourceSpans[0]?.scopeSpans[0]?.scope, {}, broken);
  }
});

test('spans that share resource and scope stand together, in order', async () => {
  const answer = await written([span({ name: '1' }), span({ name: '2', scope: '{"name":"x"}' }), span({ name: '3', resource: '{"attributes":[]}' }), span({ name: '4' })]);
  assert.deepEqual(answer.resourceSpans.map(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans.map(({ name }) => name))), [[['1', '4'], ['2']], [['3']]]);
});

test('no spans are an empty list', async () => {
  assert.equal(await otlpJson({ traceId: 'a'.repeat(32), spans: [], more: false }), '{"resourceSpans":[]}');
});
