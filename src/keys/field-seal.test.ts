import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '#model';
import { openSeal, randomKey, readSealedText, SealingKey } from './keys.ts';

const keysOf = (key: Secret<Uint8Array>): { readonly cipherKey: Buffer; readonly commitment: Buffer } => {
  const both = Buffer.from(hkdfSync('sha256', key.reveal(), '', 'tracekeep/1/sealed', 48));
  return { cipherKey: both.subarray(0, 32), commitment: both.subarray(32) };
};

/** GF(2^128) as GCM has it: the first bit of a block is the lowest power. */
const R = 0xe1n << 120n;
function times(a: bigint, b: bigint): bigint {
  let [product, factor] = [0n, b];
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ R : factor >> 1n;
  }
  return product;
}
function inverse(a: bigint): bigint {
  // a to the power of 2^128 - 2.
  let [result, square] = [1n << 127n, a];
  for (let bit = 1; bit < 128; bit++) {
    square = times(square, square);
    result = times(result, square);
  }
  return result;
}
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const block = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, '0'), 'hex');

/** A block of ciphertext that has the same tag under both keys: GCM alone opens it with either. */
function forTwo(first: Buffer, second: Buffer, nonce: Buffer, associated: Buffer): { readonly text: Buffer; readonly tag: Buffer } {
  const sides = [first, second].map((key) => {
    const one = (bytes: Buffer): bigint => number(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes));
    const [h, mask] = [one(Buffer.alloc(16)), one(Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])]))];
    const lengths = (BigInt(associated.length * 8) << 64n) | 128n;
    // GHASH of one block of associated data, one of text, and the lengths.
    const [h2, h3] = [times(h, h), times(times(h, h), h)];
    return { h2, rest: times(number(associated), h3) ^ times(lengths, h) ^ mask };
  }) as [{ h2: bigint; rest: bigint }, { h2: bigint; rest: bigint }];
  const text = times(sides[0].rest ^ sides[1].rest, inverse(sides[0].h2 ^ sides[1].h2));
  return { text: block(text), tag: block(times(text, sides[0].h2) ^ sides[0].rest) };
}

test('a text that opens under two keys opens under the one that it commits to alone', () => {
  const [first, second] = [randomKey(), randomKey()];
  const [one, two] = [keysOf(first), keysOf(second)];
  const [nonce, associated] = [randomBytes(12), randomBytes(16)];
  const { text, tag } = forTwo(one.cipherKey, two.cipherKey, nonce, associated);
  for (const { cipherKey } of [one, two]) {
    const decipher = createDecipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: 16 }).setAAD(associated).setAuthTag(tag);
    decipher.update(text);
    assert.doesNotThrow(() => decipher.final(), 'GCM takes it under both');
  }
  const sealed = (commitment: Buffer): Buffer => Buffer.concat([Uint8Array.of(1), nonce, commitment, text, tag]);
  assert.notEqual(openSeal(first, sealed(one.commitment), associated), null);
  assert.equal(openSeal(second, sealed(one.commitment), associated), null);
  assert.equal(openSeal(first, sealed(two.commitment), associated), null);
});

test('a key closes no two texts with one nonce, and none once it is wiped', () => {
  const key = new SealingKey(randomBytes(8), randomKey());
  const nonces = Array.from({ length: 300 }, () => {
    const out = new Uint8Array(100);
    key.close(Buffer.from('x'), Buffer.alloc(0), out, 0);
    return Buffer.from(out.subarray(1, 13)).toString('hex');
  });
  assert.equal(new Set(nonces).size, nonces.length);
  key.wipe();
  assert.throws(() => key.close(Buffer.from('x'), Buffer.alloc(0), new Uint8Array(100), 0), /cannot seal/);
});

test('sealed values that are malformed are not read', () => {
  const good = Buffer.concat([Uint8Array.of(3), Buffer.from('a.b'), Buffer.from('s'), Uint8Array.of(1), Buffer.from('v')]);
  assert.deepEqual(readSealedText(good), [{ field: 'a.b', type: 's', text: 'v' }]);
  for (let at = 1; at < good.length; at++) assert.throws(() => readSealedText(good.subarray(0, at)), /cannot read sealed values/, `cut at ${at}`);
});
