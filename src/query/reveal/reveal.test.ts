import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attribute, type Span, spanOf, type SpanRow } from '#query/span';
import { type ClosedSpan, sealedPlaces, withOpened } from './closed-spans.ts';
import { reasonIn } from './reveal.ts';

const text = (key: string, value: string, type = 's'): Attribute => ({ key, type, text: value });
const empty = spanOf({ keys: [], eventTimes: [], linkTraceIds: [], minimizedPlaces: [], startNano: '0', durationNano: '0', parentSpanId: '', statusMessage: '' } as unknown as SpanRow);
const span: Span = {
  ...empty, statusMessage: '[sealed]',
  attributes: [text('open', 'yes'), text('user.email', '[sealed]'), text('hidden', '[hidden]', 'h'), text('bytes', '[sealed]', 'x')],
  events: [{ time: 0n, name: 'a', attributes: [], dropped: 0 }, { time: 0n, name: 'b', attributes: [text('user.id', '[sealed]')], dropped: 0 }],
  links: [{ traceId: '', spanId: '', traceState: '', flags: 0, attributes: [text('user.id', '[sealed]')], dropped: 0 }],
};
const closed: ClosedSpan = { span, block: 1, environment: '', seals: [] };

test('sealed values are where their word stands, of what the reader sees, by the fields that seals name', () => {
  assert.deepEqual(sealedPlaces(closed).map(({ field, key, at: { place } }) => [field, key, place]), [
    ['attributes[1]', 'user.email', 'span'], ['events[1].attributes[0]', 'user.id', 'event'], ['links[0].attributes[0]', 'user.id', 'link'], ['status.message', 'status.message', 'status-message'],
  ]);
});

test('what is opened stands in its place with its type, and nothing else is another', () => {
  const value = (field: string, type: string, of: string) => [field, { field, type, text: of }] as const;
  const opened = withOpened(span, new Map([value('attributes[1]', 'i', '42'), value('links[0].attributes[0]', 's', 'ann'), value('status.message', 's', 'no'), value('attributes[9]', 's', 'x'), value('events[0].attributes[0]', 's', 'x')]));
  assert.deepEqual(opened, { ...span, attributes: [span.attributes[0], text('user.email', '42', 'i'), span.attributes[2], span.attributes[3]], links: [{ ...span.links[0], attributes: [text('user.id', 'ann')] }], statusMessage: 'no' });
});

test('a reason is one line that says something', () => {
  assert.equal(reasonIn('  incident\n4711\u2028 '), 'incident 4711');
  for (const none of ['', ' \n ', 'ab', 'x'.repeat(501)]) assert.equal(reasonIn(none), null);
});
