import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forget, type Kept, lasting, readKept, remember, rename, save, writeKept } from './kept.ts';

const NONE: Kept = readKept(null);
const search = (name: string): { name: string; address: { service: string } } => ({ name, address: { service: name } });

test('what was kept reads back', () => {
  const kept = remember(save(NONE, search('slow carts')), search('service:cart'));
  assert.deepEqual(readKept(writeKept(kept)), kept);
});

test('readKept() takes nothing that is not a search', () => {
  for (const text of ['', 'null', '[]', '{', '{"saved":{}}', '{"saved":[null,{"name":1},{"name":"x"},{"name":"x","address":{"a":{}}}],"recent":7}']) assert.deepEqual(readKept(text), NONE, text);
});

test('save() with a name that is there replaces, rename() never does', () => {
  const kept = save(save(save(NONE, search('a')), search('b')), { name: ' a ', address: { service: 'new' } });
  assert.deepEqual(kept.saved.map(({ name }) => name), ['a', 'b']);
  assert.deepEqual(kept.saved[0]?.address, { service: 'new' });
  assert.deepEqual(rename(kept, 'a', 'b'), kept);
  assert.deepEqual(rename(kept, 'a', 'c').saved.map(({ name }) => name), ['c', 'b']);
  assert.deepEqual(forget(kept, 'a').saved.map(({ name }) => name), ['b']);
  assert.deepEqual(save(NONE, search('  ')), NONE);
});

test('remember() keeps the latest first, each once, and not without end', () => {
  let kept = NONE;
  for (let at = 0; at < 30; at += 1) kept = remember(kept, search(`s${at}`));
  kept = remember(kept, search('s25'));
  assert.equal(kept.recent.length, 12);
  assert.deepEqual(kept.recent.slice(0, 2).map(({ name }) => name), ['s25', 's29']);
});

test('lasting() leaves out what is of the moment', () => {
  assert.deepEqual(lasting({ service: 'a', attribute: ['b=c'], from: '1h', live: '1', odd: 4 }), { service: 'a', attribute: ['b=c'], from: '1h' });
  assert.deepEqual(lasting({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' }), {});
});
