import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsOf } from './sparkline-path.ts';

test('pathsOf() draws from zero to the largest value, with gaps', () => {
  assert.equal(pathsOf([0, 10, null, 5], 33, 13).line, 'M1.5 11.5L11.5 1.5M31.5 6.5h0');
  assert.equal(pathsOf([1, 1], 13, 13).area, 'M1.5 13L1.5 1.5L11.5 1.5L11.5 13Z');
});

test('pathsOf() of nothing is nothing, of zeros the ground line', () => {
  assert.deepEqual(pathsOf([null, null], 10, 10), { line: '', area: '' });
  assert.equal(pathsOf([0, 0], 13, 13).line, 'M1.5 11.5L11.5 11.5');
  assert.equal(pathsOf([7], 13, 13, 14).line, 'M1.5 6.5h0');
});
