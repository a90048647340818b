// What the files of this folder say is in one object, and nothing of it twice.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { LIMITS } from './limits.ts';

test('LIMITS has what each file says, and no name stands in two of them', async () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !['limits.ts', 'limits.test.ts', 'bytes.ts'].includes(name));
  assert.ok(files.length > 5);
  const seen = new Map<string, string>();
  for (const file of files) {
    for (const group of Object.values((await import(`./${file}`)) as Record<string, Record<string, number>>)) {
      for (const [name, value] of Object.entries(group)) {
        assert.equal(seen.get(name), undefined, `${name} stands in ${file} too`);
        seen.set(name, file);
        assert.equal((LIMITS as Record<string, number>)[name], value, `${name} of ${file}`);
      }
    }
  }
  assert.deepEqual([...seen.keys()].sort(), Object.keys(LIMITS).sort());
});

test('requests are remembered for as long as their spans are taken', () => {
  assert.equal(LIMITS.remembered_requests_ms_max, LIMITS.past_ms_max + LIMITS.future_ms_max);
});
