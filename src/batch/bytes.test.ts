import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter, equalBytes, equalWords, hashBytes, hashWords, viewOf } from './bytes.ts';

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

for (const [name, hashOf] of [['hashBytes', hashBytes], ['hashWords', (bytes: Uint8Array, start: number, length: number, seed: number) => hashWords(viewOf(bytes), start, length, seed)]] as const) {
  test(`${name} depends on every byte, the length and the seed`, () => hashes(hashOf));
}

function hashes(hashBytes: (bytes: Uint8Array, start: number, length: number, seed: number) => number): void {
  const base = Buffer.from('abcdefghijklmnopqrstuvwxyz0');
  const hashes = new Set([hashBytes(base, 0, base.length, 1), hashBytes(base, 0, base.length, 2), hashBytes(base, 0, base.length - 1, 1)]);
  for (let i = 0; i < base.length; i++) {
    const changed = Buffer.from(base);
    changed[i]! ^= 1;
    hashes.add(hashBytes(changed, 0, changed.length, 1));
  }
  assert.equal(hashes.size, 3 + base.length);
}

test('equalWords compares ranges at any offset and length', () => {
  for (let length = 0; length < 20; length++) {
    const text = Buffer.from('abcdefghijklmnopqrst'.slice(0, length));
    const a = Buffer.concat([Buffer.from('xx'), text]);
    const b = Buffer.concat([Buffer.from('y'), text, Buffer.from('z')]);
    assert.equal(equalWords(viewOf(a), 2, viewOf(b), 1, length), true);
    for (let i = 0; i < length; i++) {
      b[1 + i]! ^= 1;
      assert.equal(equalWords(viewOf(a), 2, viewOf(b), 1, length), false, `byte ${i} of ${length}`);
      b[1 + i]! ^= 1;
    }
  }
});

test('ByteWriter.stringOf writes what string writes, at every length', () => {
  const source = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i * 7));
  for (const length of [0, 1, 3, 4, 5, 126, 127, 128, 129, 130, 16_383, 16_384]) {
    const [one, other] = [new ByteWriter(1), new ByteWriter(1)];
    one.string(source, 3, length);
    other.stringOf(viewOf(source), 3, length);
    assert.deepEqual(Buffer.from(other.view()), Buffer.from(one.view()), `length ${length}`);
  }
});

test('equalBytes compares ranges of different arrays', () => {
  assert.equal(equalBytes(Buffer.from('xxabc'), 2, Buffer.from('abcd'), 0, 3), true);
  assert.equal(equalBytes(Buffer.from('xxabd'), 2, Buffer.from('abcd'), 0, 3), false);
});
