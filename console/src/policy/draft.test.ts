import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRAFTS, type TextStorage } from '#api/own-storage.ts';
import { discardDraft, keepDraft, readDrafts } from './draft.ts';

function storage(refuses = false): TextStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, text) => {
      if (refuses) throw new Error('full');
      items.set(name, text);
    },
    removeItem: (name) => void items.delete(name),
  };
}
const base = (at: number): string => String(at).padStart(64, '0');

test('a draft stays for the policy that it was made from, until it is discarded', () => {
  const kept = storage();
  keepDraft(kept, { base: base(1), text: 'a', at: 1 });
  keepDraft(kept, { base: base(2), text: 'b', at: 2 });
  keepDraft(kept, { base: base(1), text: 'c', at: 3 });
  assert.deepEqual(readDrafts(kept).map(({ text }) => text), ['c', 'b']);
  discardDraft(kept, base(1));
  discardDraft(kept, base(2));
  assert.equal(kept.items.size, 0);
});

test('drafts are few and not long, and nothing else is taken for one', () => {
  const kept = storage();
  for (let at = 0; at < 9; at += 1) keepDraft(kept, { base: base(at), text: `${at}`, at });
  assert.deepEqual(readDrafts(kept).map(({ text }) => text), ['8', '7', '6']);
  keepDraft(kept, { base: base(10), text: 'x'.repeat(300_000), at: 10 });
  assert.equal(readDrafts(kept).length, 3);
  for (const text of ['{', '4', '{}', '[1]', '[{"base":"x","text":"y","at":1}]', `[{"base":"${base(1)}","text":4,"at":1}]`]) {
    kept.items.set(DRAFTS, text);
    assert.deepEqual(readDrafts(kept), []);
  }
  assert.doesNotThrow(() => keepDraft(storage(true), { base: base(1), text: 'a', at: 1 }));
});
