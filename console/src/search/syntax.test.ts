import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeFilter, type Filter, OPERATORS, PLACES, textFilter } from './filters.ts';
import { printFilter, printQuery, readQuery } from './syntax.ts';

const filtersOf = (text: string): readonly Filter[] => {
  const { filters, errors } = readQuery(text);
  assert.deepEqual(errors, [], text);
  return filters;
};

test('readQuery() knows the fields of a span', () => {
  assert.deepEqual(filtersOf('service:checkout status:error kind:server name:"GET /cart"'), [
    { is: 'service', value: 'checkout' },
    { is: 'status', value: 'error' },
    { is: 'kind', value: 'server' },
    { is: 'operation', value: 'GET /cart' },
  ]);
  assert.deepEqual(filtersOf('duration>200ms duration<=1.5s'), [{ is: 'durationMin', value: '200ms' }, { is: 'durationMax', value: '1.5s' }]);
  assert.deepEqual(filtersOf('duration:200ms..2s'), [{ is: 'durationMin', value: '200ms' }, { is: 'durationMax', value: '2s' }]);
  assert.deepEqual(filtersOf('error:true'), [{ is: 'status', value: 'error' }]);
  assert.deepEqual(filtersOf('-status:error name=~"GET .*" service!=cart'), [
    attributeFilter('status', '!=', 'error', 'field'),
    attributeFilter('name', '=~', 'GET .*', 'field'),
    attributeFilter('service', '!=', 'cart', 'field'),
  ]);
});

test('readQuery() knows attributes with every operator and place', () => {
  assert.deepEqual(filtersOf('http.route=/cart a!=b c=~x|y d!~z e~part f<5 g<=5 h>5 i>=5 j exists has:span:k'), [
    attributeFilter('http.route', '=', '/cart'),
    attributeFilter('a', '!=', 'b'),
    attributeFilter('c', '=~', 'x|y'),
    attributeFilter('d', '!~', 'z'),
    attributeFilter('e', '~', 'part'),
    attributeFilter('f', '<', '5'),
    attributeFilter('g', '<=', '5'),
    attributeFilter('h', '>', '5'),
    attributeFilter('i', '>=', '5'),
    attributeFilter('j', 'exists', ''),
    attributeFilter('k', 'exists', '', 'span'),
  ]);
  assert.deepEqual(filtersOf('resource:host.name=web-1 event:exception.type="Timeout Error" http.route:/cart'), [
    attributeFilter('host.name', '=', 'web-1', 'resource'),
    attributeFilter('exception.type', '=', 'Timeout Error', 'event'),
    attributeFilter('http.route', '=', '/cart'),
  ]);
});

test('readQuery() takes words, phrases, web addresses and trace ids', () => {
  assert.deepEqual(filtersOf('declined "card was \\"bad\\"" https://x.test/a?b=c'), [textFilter('declined'), textFilter('card was "bad"'), textFilter('https://x.test/a?b=c')]);
  assert.equal(readQuery('CAFDC5E579FD748D77611B4589986EB9').traceId, 'cafdc5e579fd748d77611b4589986eb9');
});

test('quotes make a field name a key', () => {
  assert.deepEqual(filtersOf('"status"=5 "my key"="" "aws:id"=1'), [attributeFilter('status', '=', '5'), attributeFilter('my key', '=', ''), attributeFilter('aws:id', '=', '1')]);
});

test('errors stand at the term they are about and say what to write', () => {
  for (const [text, from, to, says] of [
    ['a=b name:"GET', 4, 13, /no end/],
    ['http.route=', 0, 11, /value is missing/],
    ['=x', 0, 2, /name is missing/],
    ['duration>200', 0, 12, /duration>200ms/],
    ['duration:soon', 0, 13, /200ms/],
    ['status:bad', 0, 10, /error, ok, unset/],
    ['size>big', 0, 8, /numbers/],
    ['service>3', 0, 9, /text/],
    ['a !b', 2, 4, /After !/],
    ['""', 0, 2, /no text/],
    ['"a=b"=c', 0, 7, /cannot be searched/],
    ['field:nope=1', 0, 12, /fields name/],
  ] as const) {
    const { errors } = readQuery(text);
    assert.equal(errors.length, 1, text);
    assert.deepEqual([errors[0]?.from, errors[0]?.to], [from, to], text);
    assert.match(errors[0]?.says ?? '', says, text);
  }
});

test('what printFilter() writes reads back as the same filter', () => {
  const values = ['x', '', 'two words', '"', '\\', '\\"', 'a=b', '//x', '-x', 'exists', 'a:b', '5', 'é', 'status:error'];
  const keys = ['http.route', 'my key', 'status', 'Service', 'aws:id', '-k', 'exists', '\\', '"'];
  const all: Filter[] = values.flatMap((value): Filter[] => [
    { is: 'service', value },
    { is: 'operation', value },
    ...(value === '' ? [] : [textFilter(value)]),
    ...keys.flatMap((key) => PLACES.flatMap((place) => (place === 'field' ? [attributeFilter('name', '!=', value, place)] : OPERATORS.filter((op) => !/^[<>]/.test(op) && (op !== '~' || value !== '')).map((op) => attributeFilter(key, op, op === 'exists' ? '' : value, place))))),
  ]);
  for (const filter of [...all, { is: 'durationMin', value: '5ms' }, { is: 'status', value: 'error' }, { is: 'kind', value: 'server' }, { is: 'kind', value: 'entry' }] satisfies Filter[]) assert.deepEqual(filtersOf(printFilter(filter)), [filter], printFilter(filter));
  assert.ok(all.length > 500);
});

test('a whole query reads back, terms next to each other included', () => {
  const filters: readonly Filter[] = [textFilter('a'), attributeFilter('b', 'exists', ''), textFilter('exists'), { is: 'service', value: 'x y' }, attributeFilter('c', '=', '"')];
  assert.deepEqual(filtersOf(printQuery(filters)), filters);
});

test('hostile text is cut in linear time', () => {
  for (const piece of ['"', '\\', ':', '=', 'a:', '"\\', '-', '!', ' ']) readQuery(piece.repeat(20_000));
});
