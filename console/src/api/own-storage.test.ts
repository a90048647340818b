import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOwner, ownerOf, type TextStorage } from './own-storage.ts';

function storageOf(entries: Readonly<Record<string, string>>): TextStorage & { readonly kept: Map<string, string> } {
  const kept = new Map(Object.entries(entries));
  return { kept, getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text), removeItem: (name) => void kept.delete(name) };
}

test('what one person searched is not shown to the next, and is there again when they are', () => {
  const storage = storageOf({ 'tracekeep.searches': 'of nobody yet', 'tracekeep.theme': 'dark' });
  changeOwner(storage, 'a_1');
  assert.equal(storage.getItem('tracekeep.searches'), 'of nobody yet');
  changeOwner(storage, 'a_2');
  assert.equal(storage.getItem('tracekeep.searches'), null);
  storage.setItem('tracekeep.searches', 'of the second');
  changeOwner(storage, 'a_1');
  assert.equal(storage.getItem('tracekeep.searches'), 'of nobody yet');
  changeOwner(storage, 'a_2');
  assert.equal(storage.getItem('tracekeep.searches'), 'of the second');
  assert.equal(storage.getItem('tracekeep.theme'), 'dark', 'the rest belongs to the browser');
  assert.equal(ownerOf(storage), 'a_2');
});

test('signing in again changes nothing', () => {
  const storage = storageOf({ 'tracekeep.account': 'a_1', 'tracekeep.searches': 'mine' });
  changeOwner(storage, 'a_1');
  assert.deepEqual(Object.fromEntries(storage.kept), { 'tracekeep.account': 'a_1', 'tracekeep.searches': 'mine' });
});
