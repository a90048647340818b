import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeFilter, excluding, type Filter, withFilter, withFilters, without } from './filters.ts';

const service = (value: string): Filter => ({ is: 'service', value });

test('withFilter() keeps the place of a filter that may stand once', () => {
  const filters = withFilters([], [service('a'), attributeFilter('k', '=', 'v')]);
  assert.deepEqual(withFilter(filters, service('b')), [service('b'), attributeFilter('k', '=', 'v')]);
});

test('withFilter() adds nothing twice, and an exclusion takes the place of what it excludes', () => {
  const one = attributeFilter('k', '=', 'v');
  assert.deepEqual(withFilter([one], one), [one]);
  assert.deepEqual(withFilter([one], attributeFilter('k', '!=', 'v')), [attributeFilter('k', '!=', 'v')]);
  assert.deepEqual(withFilter([attributeFilter('service', '!=', 'a', 'field')], service('a')), [service('a')]);
});

test('excluding() of a field is a filter on that field', () => {
  assert.deepEqual(excluding({ is: 'operation', value: 'GET' }), attributeFilter('name', '!=', 'GET', 'field'));
  assert.equal(excluding({ is: 'durationMin', value: '1s' }), null);
});

test('without() takes out exactly one', () => {
  assert.deepEqual(without([service('a'), attributeFilter('k', '=', 'v')], service('a')), [attributeFilter('k', '=', 'v')]);
});
