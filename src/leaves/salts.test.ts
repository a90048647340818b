import assert from 'node:assert/strict';
import { createCipheriv, hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { Salts } from './salts.ts';

const BLOCK_SALT = Uint8Array.from({ length: 32 }, (_, at) => 200 - at);

/** One block of AES-256, as the format page names it. */
function aes(high: bigint, low: bigint): Buffer {
  const block = Buffer.alloc(16);
  block.writeBigUInt64BE(high, 0);
  block.writeBigUInt64BE(low, 8);
  return createCipheriv('aes-256-ecb', BLOCK_SALT, null).setAutoPadding(false).update(block);
}

function saltOf(salts: Salts, row: number, number: number): Buffer {
  const salt = Buffer.alloc(18, 0xee);
  salts.write(row, number, salt, 1);
  assert.deepEqual([salt[0], salt[17]], [0xee, 0xee]);
  return salt.subarray(1, 17);
}

describe('salts', () => {
  const salts = new Salts();
  salts.begin(BLOCK_SALT);

  test('of the first eight restricted values of a row are blocks 8r + k', () => {
    for (const row of [0, 1, 255, 256, 257, 49_999, 0x2000_0000, 0xffff_ffff]) {
      for (const k of [0, 3, 7]) assert.deepEqual(saltOf(salts, row, k), aes(0n, 8n * BigInt(row) + BigInt(k)), `row ${row}, number ${k}`);
    }
  });

  test('of those after them have the high half 1, so that they meet no others', () => {
    for (const row of [0, 5, 0xffff_ffff]) {
      for (const k of [8, 9, 63, 64, 200, 0xffff]) assert.deepEqual(saltOf(salts, row, k), aes(1n, BigInt(row) * 0x1_0000_0000n + BigInt(k)), `row ${row}, number ${k}`);
    }
  });

  test('of resources and scopes come from place, key and value', () => {
    const salt = Buffer.alloc(16);
    salts.writeOfGroup(3, 'user.naïve', 'sBob', salt, 0);
    const key = Buffer.from('user.naïve');
    const expected = hash('sha256', Buffer.concat([Buffer.from('tracekeep group salt v1\n'), BLOCK_SALT, Buffer.from([0, 0, 0, 3, key.length]), key, Buffer.from('sBob')]), 'buffer').subarray(0, 16);
    assert.deepEqual(salt, expected);
  });

  test('of another block are others', () => {
    const before = saltOf(salts, 1, 1);
    const more = saltOf(salts, 1, 9);
    salts.begin(BLOCK_SALT.map((byte) => byte ^ 1));
    assert.notDeepEqual(saltOf(salts, 1, 1), before);
    assert.notDeepEqual(saltOf(salts, 1, 9), more);
    assert.throws(() => salts.begin(new Uint8Array(31)), /cannot derive salts/);
  });
});
