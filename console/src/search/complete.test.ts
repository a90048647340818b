import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySuggestion, contextOf, type Known, suggest, type Suggestion, wantedValues } from './complete.ts';
import { attributeFilter, textFilter } from './filters.ts';

const KNOWN: Known = {
  keys: [
    { key: 'http.route', place: 'span', count: 900, types: ['string'] },
    { key: 'http.response.status_code', place: 'span', count: 800, types: ['int'] },
    { key: 'host.name', place: 'resource', count: 999, types: ['string'] },
    { key: 'host.name', place: 'span', count: 1, types: ['string'] },
    { key: 'my key', place: 'span', count: 1, types: ['string'] },
  ],
  values: [{ value: '/cart', count: 30 }, { value: '/a cart', count: 20 }],
  services: ['checkout', 'cart'],
};
const at = (text: string): { readonly labels: string[]; readonly take: (label: string) => ReturnType<typeof applySuggestion> } => {
  const context = contextOf(text, text.length);
  const found = suggest(context, KNOWN);
  return { labels: found.map(({ label }) => label), take: (label) => applySuggestion(text, text.length, found.find((one) => one.label === label) as Suggestion, context) };
};

test('an empty bar offers fields, then attributes by frequency', () => {
  assert.deepEqual(at('').labels, ['service', 'name', 'status', 'duration', 'kind', 'message', 'host.name', 'http.route', 'http.response.status_code', 'my key']);
});

test('a word finds keys by any of their parts, services, and itself as a text', () => {
  assert.deepEqual(at('route').labels, ['http.route', 'Any text contains “route”']);
  assert.deepEqual(at('status:error car').labels, ['cart', 'Any text contains “car”']);
  assert.deepEqual(at('resource:h').labels, ['host.name']);
});

test('taking a key leads to its signs, a sign to its values, a value to a chip', () => {
  const key = at('st http.ro').take('http.route');
  assert.deepEqual(key, { text: 'st http.route', caret: 13, filters: [] });
  const sign = at(key.text).take('=');
  assert.equal(sign.text, 'st http.route=');
  assert.deepEqual(at(sign.text).labels, ['/cart', '/a cart']);
  assert.deepEqual(at(sign.text).take('/a cart'), { text: 'st ', caret: 3, filters: [attributeFilter('http.route', '=', '/a cart')] });
});

test('numbers can be compared, others not; exists is complete at once', () => {
  assert.ok(at('http.response.status_code').labels.includes('>='));
  assert.ok(!at('http.route').labels.includes('>='));
  assert.deepEqual(at('http.route').take('exists'), { text: '', caret: 0, filters: [attributeFilter('http.route', 'exists', '')] });
  assert.equal(at('"my key').take('=').text, '"my key"=');
});

test('a field leads to its values', () => {
  assert.deepEqual(at('status:').labels, ['error', 'ok', 'unset']);
  assert.deepEqual(at('service:ch').take('checkout').filters, [{ is: 'service', value: 'checkout' }]);
  assert.deepEqual(at('duration>1').labels, ['10ms', '100ms', '1s']);
  assert.deepEqual(at('duration>1').take('1s').filters, [{ is: 'durationMin', value: '1s' }]);
  assert.deepEqual(at('-status:er').take('error').filters, [attributeFilter('status', '!=', 'error', 'field')]);
});

test('wantedValues() asks the server only for what it has to know', () => {
  const wanted = (text: string): unknown => wantedValues(contextOf(text, text.length));
  assert.deepEqual(wanted('resource:host.name=w'), { key: 'host.name', place: 'resource' });
  assert.deepEqual(wanted('operation:GET'), { key: 'name', place: 'field' });
  assert.equal(wanted('status:'), null);
  assert.equal(wanted('http'), null);
});

test('completion works within quotes and before other words', () => {
  assert.deepEqual(at('http.route="/a c').take('/a cart').filters, [attributeFilter('http.route', '=', '/a cart')]);
  const context = contextOf('service:ch later', 10);
  assert.deepEqual(applySuggestion('service:ch later', 10, suggest(context, KNOWN)[0] as Suggestion, context), { text: 'later', caret: 0, filters: [{ is: 'service', value: 'checkout' }] });
  assert.deepEqual(at('declined').take('Any text contains “declined”').filters, [textFilter('declined')]);
});
