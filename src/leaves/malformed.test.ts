import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { nativeBlock, sampleSpan } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { BlockLeaves, MalformedGroup, MalformedNative, RowsMisplaced } from './leaves.ts';

const SALT = new Uint8Array(32);
const NATIVE = nativeBlock(SPANS, [0, 1, 2].map((row) => sampleSpan(7, row, 'mark')));
const leaves = new BlockLeaves((key) => key === 'http.route');
const attempt = (bytes: Uint8Array): string => {
  try {
    return Buffer.from(leaves.compute(bytes, SALT).root).toString('hex');
  } catch (error) {
    if (error instanceof MalformedNative || error instanceof MalformedGroup || error instanceof RowsMisplaced) return 'refused';
    throw error;
  }
};

describe('a malformed Native block', () => {
  test('is refused wherever it ends', () => {
    for (let length = 1; length < NATIVE.length; length++) assert.equal(attempt(NATIVE.subarray(0, length)), 'refused', `after ${length} bytes`);
  });

  test('is refused when it goes on', () => {
    for (const more of [[0], [1], [255], [1, 0]]) assert.equal(attempt(Buffer.concat([NATIVE, Buffer.from(more)])), 'refused');
  });

  test('has no other effect than a refusal or another root, whatever byte is wrong', () => {
    const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
    let state = seed;
    const random = (below: number): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff) >>> 8) % below;
    const root = attempt(NATIVE);
    let refused = 0;
    for (let round = 0; round < 4_000; round++) {
      const bytes = Uint8Array.from(NATIVE);
      for (let change = 0; change <= random(3); change++) bytes[random(bytes.length)]! ^= 1 + random(255);
      if (attempt(bytes) === 'refused') refused++;
    }
    assert.ok(refused > 500, `seed ${seed}`);
    assert.equal(attempt(NATIVE), root, `seed ${seed}: nothing is left of what was wrong`);
  });

  test('is refused whatever width its indexes claim to have', () => {
    // The form of a dictionary: one byte for the width of its indexes, then the mark that its keys follow.
    const places = Array.from(NATIVE.keys()).filter((at) => NATIVE.subarray(at, at + 8).every((byte, more) => byte === [2, 6, 0, 0, 0, 0, 0, 0][more]));
    const refusing = places.filter((at) => Array.from({ length: 252 }, (_, more) => attempt(Uint8Array.from(NATIVE).fill(more + 4, at, at + 1))).every((outcome) => outcome === 'refused'));
    // Other bytes may look the same; there, nothing but another root may come of it.
    assert.ok(refusing.length >= 10, `${refusing.length} of ${places.length}`);
  });

  test('does not make memory of what it only claims to have', () => {
    const column = (name: string, type: string): Buffer => Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(type.length), Buffer.from(type)]);
    const head = (rows: number[]): Buffer => Buffer.from([1, ...rows]);
    for (const claim of [
      Buffer.concat([head([0xff, 0xff, 0xff, 0xff, 0x0f]), column('row', 'UInt32')]),
      Buffer.concat([head([1]), column('a', 'Array(UInt32)'), Buffer.from('ffffffff00000000', 'hex')]),
      Buffer.concat([head([1]), column('a', 'LowCardinality(String)'), Buffer.from('0100000000000000' + '0006000000000000' + 'ffffffff00000000', 'hex')]),
      Buffer.concat([head([1]), column('a', 'String'), Buffer.from('ffffffff7f', 'hex')]),
      Buffer.concat([head([1]), column('a', 'Array(Array(UInt32))')]),
    ]) assert.equal(attempt(claim), 'refused');
  });
});
