/** Against Node's own, over lengths around the edges of blocks. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha256 } from './sha256.ts';

test('sha256() is SHA-256, and every answer is an array of its own', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 255);
    assert.deepEqual(Buffer.from(sha256(bytes)).toString('hex'), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
  assert.notEqual(sha256(new Uint8Array(1)), sha256(new Uint8Array(1)));
});
