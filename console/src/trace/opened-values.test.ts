import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpanAnswer } from './attributes.ts';
import { openedSpans, openedValues, type OpenedSpan, withOpened } from './opened-values.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const closed: OpenedSpan = {
  traceId: 't', spanId: '01', name: 'pay', startTimeUnixNano: '5', endTimeUnixNano: '9', status: { code: 2, message: '[sealed]' },
  attributes: [text('user.email', '[sealed]'), text('user.note', '[sealed]'), text('http.method', 'GET')],
  events: [{ timeUnixNano: '6', name: 'log', attributes: [text('user.email', '[sealed]')] }],
};
const opened: OpenedSpan = {
  ...closed, status: { code: 2, message: 'no Ada' },
  attributes: [text('user.email', 'ada@x.example'), text('user.note', '[sealed]'), text('http.method', 'GET')],
  events: [{ timeUnixNano: '6', name: 'log', attributes: [text('user.email', 'ada@x.example')] }],
};
const answer: SpanAnswer = { resource: {}, scope: {}, span: closed, minimized: [] };
const reveal = { id: 'o', by: { id: 'a', name: 'Ada' }, reason: '', at: '', until: '', watermark: '', opened: 1, erased: 0, changed: 0, fields: ['user.email', 'status.message'] };

test('opened values are listed with the place where they stand, those that stayed closed are not', () => {
  const spans = openedSpans({ resourceSpans: [{ scopeSpans: [{ spans: [opened] }] }, {}], reveal });
  assert.deepEqual(openedValues(spans, reveal.fields).map(({ key, of, text: value }) => [key, of, value]), [['user.email', '', 'ada@x.example'], ['user.email', 'event 1', 'ada@x.example'], ['status.message', '', 'no Ada']]);
});

test('opened values stand in their places, the closed span stays what it is', () => {
  const shown = withOpened(answer, [opened]).span;
  assert.deepEqual(shown.attributes, [{ ...text('user.email', 'ada@x.example'), opened: true }, text('user.note', '[sealed]'), text('http.method', 'GET')]);
  assert.deepEqual(shown.events?.[0]?.attributes, [{ ...text('user.email', 'ada@x.example'), opened: true }]);
  assert.equal(shown.status?.message, 'no Ada');
  assert.equal(answer.span.attributes?.[0]?.value?.stringValue, '[sealed]');
});

test('another version of a span is not taken for the one that was opened', () => {
  assert.equal(withOpened(answer, [{ ...opened, name: 'other' }]), answer);
});
