import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFilters, readState, writeState } from './address.ts';
import { attributeFilter, type Filter, OPERATORS, PLACES, textFilter } from './filters.ts';

test('a link from another page becomes filters', () => {
  const { filters } = readState({ service: 'cart', operation: 'GET /', status: 'error', attribute: 'k=v', durationMin: '5ms', from: '1h' });
  assert.deepEqual(filters, [{ is: 'service', value: 'cart' }, { is: 'operation', value: 'GET /' }, { is: 'status', value: 'error' }, attributeFilter('k', '=', 'v'), { is: 'durationMin', value: '5ms' }]);
});

test('the page reads back from its address, whatever stands in the values', () => {
  const filters: Filter[] = [textFilter('a=b "c"'), ...PLACES.flatMap((place) => OPERATORS.map((op) => attributeFilter(place === 'field' ? 'name' : 'k:1', op, op === 'exists' ? '' : `x~=:y ${op}`, place)))];
  const state = { filters, order: 'longest', picture: 'heat', scale: 'linear', live: true } as const;
  assert.deepEqual(readState(writeState({ from: '5m' }, state)), state);
});

test('a value that begins like a pattern is asked for as one', () => {
  assert.deepEqual(readState(writeState({}, { ...readState({}), filters: [attributeFilter('k', '=', '~a.b')] })).filters, [attributeFilter('k', '=~', '~a\\.b')]);
});

test('writeState() leaves the range alone, says nothing of what is usual, and forgets what was before', () => {
  assert.deepEqual(writeState({ from: '5m', service: 'x', attribute: ['a=b'], live: '1' }, readState({})), { from: '5m' });
});

test('nonsense in the address counts as absent', () => {
  assert.deepEqual(readState({ order: 'upwards', view: '3', y: ['?'], live: 'yes', attribute: ['', '=x', '!', 'a'], service: '' }), { filters: [attributeFilter('a', 'exists', '')], order: 'newest', picture: 'scatter', scale: 'log', live: false });
});

test('apiFilters() names parameters as the API does', () => {
  assert.deepEqual(apiFilters([{ is: 'service', value: 'a' }, attributeFilter('k', 'exists', '', 'span'), textFilter('x')]), { service: 'a', attribute: ['span:k', '*~x'] });
});
