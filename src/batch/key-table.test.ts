import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { viewOf } from './bytes.ts';
import { KEYS_FULL, KeyTable, PLACE } from './key-table.ts';

const intern = (keys: KeyTable, text: string) => keys.intern(viewOf(Buffer.from(text)), 0, Buffer.byteLength(text));

test('KeyTable gives equal keys equal ids and different keys different ones', () => {
  const keys = new KeyTable();
  const ids = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) ids.set(`key.${i}`, intern(keys, `key.${i}`));
  assert.equal(new Set(ids.values()).size, 20_000);
  for (const [text, id] of ids) {
    assert.equal(intern(keys, text), id);
    assert.equal(keys.texts[id], text);
  }
});

test('KeyTable keeps keys that are invalid UTF-8 apart', () => {
  const keys = new KeyTable();
  assert.notEqual(keys.intern(viewOf(Uint8Array.of(0xff)), 0, 1), keys.intern(viewOf(Uint8Array.of(0xfe)), 0, 1));
});

test('KeyTable knows the keys that are the server’s own', () => {
  const keys = new KeyTable();
  assert.equal(keys.reserved[intern(keys, 'tracekeep.minimized')], 1);
  assert.equal(keys.reserved[intern(keys, 'tracekeeper')], 0);
});

test('KeyTable is bounded: it starts afresh when full, and says so', () => {
  const keys = new KeyTable();
  for (let i = 0; i < LIMITS.interned_keys_max; i++) intern(keys, `key.${i}`);
  assert.equal(keys.generation, 0);
  keys.resetWhenFull();
  assert.equal(keys.generation, 1);
  assert.equal(keys.size, PLACE.schemaUrl + 1);
  assert.equal(keys.texts[intern(keys, 'key.77')], 'key.77');
});

test('KeyTable tells no more keys apart than its limit, however many one request brings', () => {
  const keys = new KeyTable();
  let id = 0;
  let taken = 0;
  for (; id !== KEYS_FULL && taken <= 3 * LIMITS.interned_keys_max; taken++) id = intern(keys, `key.${taken}`);
  assert.equal(keys.size, 2 * LIMITS.interned_keys_max);
  assert.equal(intern(keys, 'key.0'), intern(keys, 'key.0'), 'those it knows keep their ids');
  assert.notEqual(intern(keys, 'key.5'), KEYS_FULL);
  keys.resetWhenFull();
  assert.notEqual(intern(keys, 'one more'), KEYS_FULL);
});
