import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter, equalBytes, hashBytes } from './bytes.ts';

test('ByteWriter grows and keeps what was written', () => {
  const out = new ByteWriter(2);
  const long = new Uint8Array(1_000).map((_, i) => i);
  out.uint8(7);
  out.string(long, 10, 500);
  out.uint32(0xfffffffe);
  out.uint64(2 ** 40 + 3);
  out.zeros(3);
  const view = Buffer.from(out.view());
  assert.equal(view[0], 7);
  assert.deepEqual([view[1], view[2]], [0xf4, 0x03], 'varuint 500');
  assert.deepEqual(view.subarray(3, 503), Buffer.from(long.subarray(10, 510)));
  assert.equal(view.readUInt32LE(503), 0xfffffffe);
  assert.equal(view.readBigUInt64LE(507), 2n ** 40n + 3n);
  assert.deepEqual([...view.subarray(515)], [0, 0, 0]);
});

test('ByteWriter.varuint writes LEB128 up to the largest safe integer', () => {
  for (const value of [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const out = new ByteWriter(1);
    out.varuint(value);
    let read = 0;
    out.view().forEach((byte, i) => (read += (byte & 127) * 2 ** (7 * i)));
    assert.equal(read, value);
  }
});

test('hashBytes depends on every byte, the length and the seed', () => {
  const base = Buffer.from('abcdefghijklmnopqrstuvwxyz0');
  const hashes = new Set([hashBytes(base, 0, base.length, 1), hashBytes(base, 0, base.length, 2), hashBytes(base, 0, base.length - 1, 1)]);
  for (let i = 0; i < base.length; i++) {
    const changed = Buffer.from(base);
    changed[i]! ^= 1;
    hashes.add(hashBytes(changed, 0, changed.length, 1));
  }
  assert.equal(hashes.size, 3 + base.length);
});

test('equalBytes compares ranges of different arrays', () => {
  assert.equal(equalBytes(Buffer.from('xxabc'), 2, Buffer.from('abcd'), 0, 3), true);
  assert.equal(equalBytes(Buffer.from('xxabd'), 2, Buffer.from('abcd'), 0, 3), false);
});
