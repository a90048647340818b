import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'node:test';
import { compare, findSpan, renderExample } from './example.ts';
import type { StoredSpan } from './example.ts';
import type { SentSpan } from './telemetry.ts';

const sent: SentSpan = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'POST /checkout',
  service: 'frontend',
  attributes: { 'enduser.id': 'ada@mail.example', 'http.request.header.cookie': ['theme=dark; sid=abc'], 'server.port': 8080, ok: true },
  events: [{ name: 'log', attributes: { 'log.message': 'checkout by ada@mail.example' } }],
};
const stored: StoredSpan = {
  spanId: sent.spanId,
  name: 'POST /checkout',
  attributes: [
    { key: 'enduser.id', value: { stringValue: '[email]' } },
    { key: 'http.request.header.cookie', value: { arrayValue: { values: [{ stringValue: '[credential]' }] } } },
    { key: 'server.port', value: { intValue: '8080' } },
    { key: 'ok', value: { boolValue: true } },
    { key: 'tracekeep.minimized', value: { arrayValue: { values: [{ stringValue: 'attributes.enduser.id: 1 email' }] } } },
  ],
  events: [{ name: 'log', attributes: [{ key: 'log.message', value: { stringValue: 'checkout by [email]' } }] }],
};

test('compare() names what was changed in attributes and events, and nothing else', () => {
  assert.deepEqual(compare(sent, stored), {
    changed: [
      { place: 'enduser.id', before: 'ada@mail.example', after: '[email]' },
      { place: 'http.request.header.cookie', before: 'theme=dark; sid=abc', after: '[credential]' },
      { place: 'event log: log.message', before: 'checkout by ada@mail.example', after: 'checkout by [email]' },
    ],
    unchanged: 3,
  });
});

test('compare() shows an attribute that is gone as removed', () => {
  const { changed } = compare(sent, { ...stored, attributes: stored.attributes?.slice(1) ?? [] });
  assert.deepEqual(changed[0], { place: 'enduser.id', before: 'ada@mail.example', after: '(removed)' });
});

test('findSpan() looks in every resource and scope, and accepts an empty answer', () => {
  const other = { spanId: 'c'.repeat(16), name: 'other' };
  assert.equal(findSpan({ resourceSpans: [{ scopeSpans: [{ spans: [other] }] }, { scopeSpans: [{}, { spans: [stored] }] }] }, sent.spanId), stored);
  assert.equal(findSpan({}, sent.spanId), undefined);
});

test('renderExample() keeps every line within the terminal', () => {
  const lines = renderExample(sent, { changed: [{ place: 'key', before: 'x'.repeat(500), after: 'y'.repeat(70) }], unchanged: 1 }, 60).map(stripVTControlCharacters);
  assert.deepEqual(lines.filter((line) => line.length > 60), []);
  assert.equal(lines.join('').match(/x/g)?.length, 4 * 51);
  assert.equal(lines.join('').match(/y{2,}/g)?.join('').length, 70);
});
