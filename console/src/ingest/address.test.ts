/** Anybody may have written the address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readState, writeState } from './address.ts';

test('readState() takes what it knows and leaves the rest', () => {
  assert.deepEqual(readState({}), { view: 'overview', show: 'chart', language: 'node' });
  assert.deepEqual(readState({ view: 'connect', language: 'go', show: 'table', producer: 'p_0123456789abcdef' }), { view: 'connect', language: 'go', show: 'table', producer: 'p_0123456789abcdef' });
  assert.deepEqual(readState({ view: '__proto__', language: ['go'], show: 1, producer: "p_' OR 1" }), { view: 'overview', show: 'chart', language: 'node' });
});

test('writeState() keeps what is not the page’s own and writes nothing usual', () => {
  assert.deepEqual(writeState({ from: '6h' }, { view: 'connect', language: 'php' }), { from: '6h', view: 'connect', language: 'php' });
  assert.deepEqual(writeState({ from: '6h', view: 'connect', language: 'php' }, { view: 'overview' }), { from: '6h' });
  assert.deepEqual(writeState({ show: 'table' }, { show: 'chart' }), {});
});
