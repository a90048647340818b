/** Globs of producers, as the server reads them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speaksFor } from './speaks-for.ts';

test('speaksFor() knows names and stars', () => {
  assert.ok(speaksFor(['checkout'], 'checkout'));
  assert.ok(!speaksFor(['checkout'], 'checkout-2'));
  assert.ok(speaksFor(['x', 'shop-*'], 'shop-cart'));
  assert.ok(speaksFor(['*'], ''));
  assert.ok(speaksFor(['a*b*c'], 'a--b--c'));
  assert.ok(!speaksFor(['a*b*c'], 'a--c'));
  assert.ok(!speaksFor(['ab*ba'], 'aba'));
  assert.ok(!speaksFor([], 'a'));
});
