import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCompared, readWanted } from './address.ts';

test('an address asks for a rule if it says where or what; a whole value has no kind', () => {
  assert.equal(readWanted({ service: 'shop' }), null);
  assert.deepEqual(readWanted({ service: 'shop', key: 'note', kind: 'card', place: 'span' }), { service: 'shop', key: 'note', kind: 'card', place: 'span' });
  assert.deepEqual(readWanted({ key: 'note', kind: 'field' }), { service: undefined, key: 'note', kind: undefined, place: undefined });
  assert.deepEqual(readWanted({ key: 'note', kind: 'sealed' }), { service: undefined, key: 'note', kind: undefined, place: undefined });
  assert.equal(readWanted({ key: 'x'.repeat(9_000) })?.key?.length, 256);
  assert.equal(readWanted({ key: ['a', 'b'] })?.key, 'a');
});

test('an address compares versions, and nothing that is none', () => {
  assert.deepEqual(readCompared({ older: '3', newer: '12' }), { older: 3, newer: 12 });
  assert.deepEqual(readCompared({ older: '-1', newer: '1e9' }), { older: undefined, newer: undefined });
});
