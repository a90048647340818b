import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyOf, oneOf, readAddress, writeAddress } from './address.ts';

test('an address reads back as it was written, lists and odd characters included', () => {
  const address = { service: 'a&b', attribute: ['http.route=/x?y', 'k=é'], from: '1h' };
  assert.deepEqual({ ...readAddress(writeAddress(address)) }, address);
});

test('numbers stay texts: 1e3 is a value somebody searched for, not a thousand', () => {
  assert.deepEqual({ ...readAddress('?q=1e3') }, { q: '1e3' });
});

test('writeAddress() leaves out what is absent', () => {
  assert.equal(writeAddress({ a: undefined, b: '', c: [] }), '');
});

test('oneOf() and manyOf() read whatever somebody wrote into the URL', () => {
  assert.equal(oneOf(['a', 'b']), 'a');
  assert.equal(oneOf(undefined), undefined);
  assert.deepEqual(manyOf('a'), ['a']);
  assert.deepEqual(manyOf(undefined), []);
});
