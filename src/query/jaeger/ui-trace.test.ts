/**
 * The translation into Jaeger's UI model: every type of attribute, events, links, parents, processes, and what Jaeger's own translation of
 * OTLP makes of the rest.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attribute, Span } from '#query/span';
import { uiTraceJson } from './ui-trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const START_NS = 1_780_315_200_123_456_789n;

interface Tag {
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
}
interface UiTrace {
  readonly traceID: string;
  readonly spans: readonly { readonly tags: readonly Tag[]; readonly logs: readonly { readonly timestamp: number; readonly fields: readonly Tag[] }[]; readonly processID: string; readonly duration: number; readonly references: unknown; readonly warnings: unknown; readonly [field: string]: unknown }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>>;
  readonly warnings: unknown;
}

const span = (more: Partial<Span> = {}): Span => ({
  traceId: TRACE, spanId: 'b7ad6b7169203331', parentSpanId: '', traceState: '', flags: 0, name: 'GET /cart', kind: 0, start: START_NS, duration: 1_500_999n, statusCode: 0, statusMessage: '', service: 'shop',
  resource: '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}', scope: '{}', attributes: [], droppedAttributes: 0, droppedEvents: 0, droppedLinks: 0, events: [], links: [], minimized: [], ...more,
});
const attribute = (type: string, text: string, key = 'k'): Attribute => ({ key, type, text });
const textOf = (...spans: readonly Span[]): Promise<string> => uiTraceJson({ traceId: TRACE, spans, more: false });
const translate = async (...spans: readonly Span[]): Promise<UiTrace> => JSON.parse(await textOf(...spans)) as UiTrace;
const only = async (more: Partial<Span>): Promise<UiTrace['spans'][number]> => {
  const [first] = (await translate(span(more))).spans;
  assert.ok(first !== undefined);
  return first;
};

test('a span without anything has every field of the model', async () => {
  assert.deepEqual(await translate(span()), {
    traceID: TRACE,
    spans: [{ traceID: TRACE, spanID: 'b7ad6b7169203331', operationName: 'GET /cart', references: [], startTime: 1_780_315_200_123_456, duration: 1_500, tags: [], logs: [], processID: 'p1', warnings: null }],
    processes: { p1: { serviceName: 'shop', tags: [] } },
    warnings: null,
  });
});

test('each type of attribute becomes the tag that Jaeger makes of it', async () => {
  for (const [type, text, shown, value] of [
    ['s', 'plain "quoted" \u2028 é', 'string', 'plain "quoted" \u2028 é'],
    ['i', '5', 'int64', 5],
    ['i', '9007199254740991', 'int64', 9_007_199_254_740_991],
    ['i', '-9007199254740991', 'int64', -9_007_199_254_740_991],
    ['i', '9007199254740992', 'int64', '9007199254740992'],
    ['i', '-9223372036854775808', 'int64', '-9223372036854775808'],
    ['d', '1.5', 'float64', 1.5],
    ['d', '1.7976931348623157e+308', 'float64', 1.7976931348623157e308],
    ['d', 'NaN', 'float64', 'NaN'],
    ['d', '-Infinity', 'float64', '-Infinity'],
    ['b', 'true', 'bool', true],
    ['b', 'false', 'bool', false],
    ['x', 'AAH/', 'binary', 'AAH/'],
    ['a', '{"arrayValue":{"values":[{"stringValue":"a\\"b"},{"intValue":"9223372036854775807"},{"doubleValue":1.5},{"boolValue":true},{},{"bytesValue":"AAH/"}]}}', 'string', '["a\\"b",9223372036854775807,1.5,true,null,"AAH/"]'],
    ['a', '{"arrayValue":{}}', 'string', '[]'],
    ['m', '{"kvlistValue":{"values":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"}]}}},{"key":"__proto__","value":{"stringValue":"x"}}]}}', 'string', '{"a":[1],"__proto__":"x"}'],
    ['n', '', 'string', ''],
    // Texts that do not fit their type.
    ['i', '5; DROP', 'string', '5; DROP'],
    ['d', '1,5', 'string', '1,5'],
    ['b', 'maybe', 'string', 'maybe'],
    ['a', 'no json', 'string', 'no json'],
    ['?', 'x', 'string', 'x'],
  ] as const) {
    const { tags } = await only({ attributes: [attribute(type, text)] });
    assert.deepEqual(tags, [{ key: 'k', type: shown, value }], `${type} ${text}`);
  }
  assert.match(await textOf(span({ attributes: [attribute('d', '-0')] })), /"value":-0}/);
});

test('fields of the span become tags around the attributes, in the order of Jaeger’s translation', async () => {
  const { tags, flags } = await only({
    scope: '{"name":"lib","version":"1.2","attributes":[{"key":"a","value":{"boolValue":true}}]}',
    attributes: [attribute('s', 'v', 'first'), attribute('i', '1', 'second')],
    kind: 3, statusCode: 2, statusMessage: 'no way', traceState: 'a=1', flags: 0x301, droppedAttributes: 4, droppedEvents: 5, droppedLinks: 6,
    minimized: [{ place: 'attributes.first', kind: 'email', count: 2 }, { place: 'status_message', kind: 'token', count: 1 }],
  });
  assert.deepEqual(tags.map(({ key, value }) => [key, value]), [
    ['otel.scope.name', 'lib'], ['otel.scope.version', '1.2'], ['first', 'v'], ['second', 1], ['span.kind', 'client'], ['otel.status_code', 'ERROR'], ['error', true], ['otel.status_description', 'no way'], ['w3c.tracestate', 'a=1'],
    ['otel.dropped_attributes_count', 4], ['otel.dropped_events_count', 5], ['otel.dropped_links_count', 6], ['tracekeep.minimized', '["attributes.first: 2 email","status_message: 1 token"]'],
  ]);
  assert.equal(flags, 1);
});

test('kinds and status codes have their names; unset, unspecified and unknown ones have no tag', async () => {
  const kinds = await Promise.all([0, 1, 2, 3, 4, 5, 9, -1].map(async (kind) => (await only({ kind })).tags[0]?.value));
  assert.deepEqual(kinds, [undefined, 'internal', 'server', 'client', 'producer', 'consumer', undefined, undefined]);
  const codes = await Promise.all([0, 1, 2, 7].map(async (statusCode) => (await only({ statusCode })).tags.map(({ value }) => value)));
  assert.deepEqual(codes, [[], ['OK'], ['ERROR', true], []]);
});

test('the parent is the first reference; links follow, unless they lead nowhere or to the parent', async () => {
  const link = (traceId: string, spanId: string, attributes: readonly Attribute[] = []) => ({ traceId, spanId, traceState: '', flags: 0, attributes, dropped: 0 });
  const childOf = [attribute('s', 'child_of', 'opentracing.ref_type')];
  const other = 'f'.repeat(32);
  const { references } = await only({ parentSpanId: 'aaaaaaaaaaaaaaaa', links: [link(other, 'cccccccccccccccc'), link('0'.repeat(32), '0'.repeat(16)), link(TRACE, 'dddddddddddddddd', childOf)] });
  assert.deepEqual(references, [
    { refType: 'CHILD_OF', traceID: TRACE, spanID: 'aaaaaaaaaaaaaaaa' },
    { refType: 'FOLLOWS_FROM', traceID: other, spanID: 'cccccccccccccccc' },
    { refType: 'CHILD_OF', traceID: TRACE, spanID: 'dddddddddddddddd' },
  ]);
  assert.deepEqual((await only({ parentSpanId: 'aaaaaaaaaaaaaaaa', links: [link(TRACE, 'aaaaaaaaaaaaaaaa')] })).references, [{ refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: 'aaaaaaaaaaaaaaaa' }]);
});

test('events are logs whose first field is their name, unless they carry such a field', async () => {
  const { logs } = await only({
    events: [
      { time: START_NS, name: 'exception', attributes: [attribute('s', 'E', 'exception.type')], dropped: 2 },
      { time: 18_446_744_073_709_551_615n, name: 'named', attributes: [attribute('s', 'own', 'event')], dropped: 0 },
      { time: 0n, name: '', attributes: [], dropped: 0 },
    ],
  });
  assert.deepEqual(logs.map(({ fields }) => fields.map(({ key, value }) => [key, value])), [[['event', 'exception'], ['exception.type', 'E'], ['otel.dropped_attributes_count', 2]], [['event', 'own']], []]);
  assert.deepEqual(logs.map(({ timestamp }) => timestamp), [1_780_315_200_123_456, 18_446_744_073_709_551, 0]);
});

test('spans of one resource share a process; its tags are typed and leave the service name out', async () => {
  const resource = '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"s","value":{"stringValue":"x"}},{"key":"i","value":{"intValue":"9007199254740993"}},{"key":"d","value":{"doubleValue":-0}},{"key":"b","value":{"boolValue":false}},{"key":"x","value":{"bytesValue":"AAH/"}},{"key":"a","value":{"arrayValue":{"values":[{"stringValue":"y"}]}}},{"key":"n","value":{}},null,{"value":{}}]}';
  const trace = await translate(span({ resource }), span({ resource, spanId: '1'.repeat(16) }), span({ resource, service: 'other' }), span({ resource: 'no json', service: 'broken' }));
  assert.deepEqual(trace.spans.map(({ processID }) => processID), ['p1', 'p1', 'p2', 'p3']);
  assert.deepEqual(trace.processes['p1'], {
    serviceName: 'shop',
    tags: [
      { key: 's', type: 'string', value: 'x' }, { key: 'i', type: 'int64', value: '9007199254740993' }, { key: 'd', type: 'float64', value: -0 }, { key: 'b', type: 'bool', value: false },
      { key: 'x', type: 'binary', value: 'AAH/' }, { key: 'a', type: 'string', value: '["y"]' }, { key: 'n', type: 'string', value: '' },
    ],
  });
  assert.deepEqual([trace.processes['p2']?.serviceName, trace.processes['p3']], ['other', { serviceName: 'broken', tags: [] }]);
});

test('warnings: those the sender attached, an end before the start, a trace that was cut', async () => {
  const carried = attribute('a', '{"arrayValue":{"values":[{"stringValue":"clock skew"},{"intValue":"1"}]}}', '@jaeger@warnings');
  const warned = await only({ attributes: [carried, attribute('s', 'v')], duration: -5_000n });
  assert.equal(warned.duration, 0);
  assert.deepEqual([warned.warnings, warned.tags.map(({ key }) => key)], [['clock skew', 'The span ends before it starts: its duration is shown as 0.'], ['k']]);
  const cut = JSON.parse(await uiTraceJson({ traceId: TRACE, spans: [span()], more: true })) as UiTrace;
  assert.match(String(cut.warnings), /more than 100000 spans/);
});

test('text of senders cannot leave its string', async () => {
  const hostile = '"}],"x":[{"\u0000\n\\</script>';
  const one = await only({ name: hostile, attributes: [attribute('s', hostile, hostile)], statusMessage: hostile, service: hostile, scope: JSON.stringify({ name: hostile }), events: [{ time: 1n, name: hostile, attributes: [], dropped: 0 }] });
  assert.equal(one['operationName'], hostile);
  assert.deepEqual(one.tags.map(({ value }) => value), [hostile, hostile, hostile]);
});

test('warnings: versions of a span', async () => {
  const forged = span();
  const trace = { traceId: TRACE, spans: [forged, span({ spanId: 'a7ad6b7169203331' })], more: false, notes: new Map([[forged, { version: 2, versions: 3, copies: 1, begunOutside: true }]]) };
  const { spans } = JSON.parse(await uiTraceJson(trace)) as UiTrace;
  assert.deepEqual(spans.map(({ warnings }) => warnings), [
    ['There are versions of this span with other content. This is version 2 of 3, forged: stored after another version.'],
    null,
  ]);
});
