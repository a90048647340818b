import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '#model';
import { openSeal, randomKey, SEAL_OVER_BYTES, SEAL_SALT_BYTES, SealingKey } from './keys.ts';
import { sha256 } from './signing.ts';

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

/** `text`, closed under the first key, with a last block of ciphertext behind it that gives it the same tag under both: GCM alone opens it with either. */
function forTwo(first: Buffer, second: Buffer, nonce: Buffer, associated: Buffer, text: Buffer): { readonly text: Buffer; readonly tag: Buffer } {
  const begun = createCipheriv('aes-256-gcm', first, nonce).update(text);
  const blocks = Array.from({ length: begun.length / 16 }, (_, at) => number(begun.subarray(at * 16, at * 16 + 16)));
  const sides = [first, second].map((key) => {
    const one = (bytes: Buffer): bigint => number(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes));
    const [h, mask] = [one(Buffer.alloc(16)), one(Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])]))];
    const lengths = (BigInt(associated.length * 8) << 64n) | BigInt((begun.length + 16) * 8);
    // GHASH of one block of associated data, those of the text but the last, and the lengths.
    const hashed = [number(associated), ...blocks, 0n, lengths].reduce((sum, next) => times(sum ^ next, h), 0n);
    return { h2: times(h, h), rest: hashed ^ mask };
  }) as [{ h2: bigint; rest: bigint }, { h2: bigint; rest: bigint }];
  const last = times(sides[0].rest ^ sides[1].rest, inverse(sides[0].h2 ^ sides[1].h2));
  return { text: Buffer.concat([begun, block(last)]), tag: block(times(last, sides[0].h2) ^ sides[0].rest) };
}

/** A salt and one value. */
function saltedValue(value: string, salt: Uint8Array = randomBytes(SEAL_SALT_BYTES)): Buffer {
  return Buffer.concat([salt, Uint8Array.of(3), Buffer.from('a.b'), Uint8Array.of(1), Buffer.from('ks'), Uint8Array.of(value.length), Buffer.from(value)]);
}

function sealed(key: Secret<Uint8Array>, text: Uint8Array, associated: Uint8Array): Buffer {
  const out = Buffer.alloc(text.length + SEAL_OVER_BYTES);
  new SealingKey(randomBytes(8), key).close(text, associated, out, 0);
  return out;
}

test('a text that opens under two keys opens to what it commits to alone', () => {
  const keys = [randomKey(), randomKey()] as const;
  const [nonce, associated] = [randomBytes(12), randomBytes(16)];
  // Of 64 bytes, the last 16 of which are those of the value that nobody chose.
  const { text, tag } = forTwo(Buffer.from(keys[0].reveal()), Buffer.from(keys[1].reveal()), nonce, associated, saltedValue('v'.repeat(40)).subarray(0, 48));
  const under = keys.map((key) => {
    const decipher = createDecipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: 16 }).setAAD(associated).setAuthTag(tag);
    const opened = decipher.update(text);
    assert.doesNotThrow(() => decipher.final(), 'GCM takes it under both');
    return opened;
  }) as [Buffer, Buffer];
  const committed = Buffer.concat([Uint8Array.of(1), nonce, sha256(under[0]), text, tag]);
  assert.deepEqual(openSeal(keys[0], committed, associated)?.salt, Uint8Array.from(under[0].subarray(0, 16)));
  assert.equal(openSeal(keys[1], committed, associated), null);
});

test('what was closed with a commitment to something else does not open, though the cipher takes it', () => {
  const [key, associated] = [randomKey(), randomBytes(16)];
  const [one, other] = [sealed(key, saltedValue('ann'), associated), sealed(key, saltedValue('bob'), associated)];
  assert.deepEqual(openSeal(key, one, associated)?.fields, [{ field: 'a.b', key: 'k', type: 's', text: 'ann' }]);
  assert.equal(openSeal(key, Buffer.concat([one.subarray(0, 13), other.subarray(13, 45), one.subarray(45)]), associated), null);
});

test('the commitment is the digest of the salt and of what is sealed', () => {
  const text = saltedValue('ann');
  assert.deepEqual(sealed(randomKey(), text, randomBytes(16)).subarray(13, 45), Buffer.from(sha256(text)));
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

test('sealed values that are malformed do not open', () => {
  const key = randomKey();
  const opened = (text: Uint8Array) => openSeal(key, sealed(key, text, Buffer.alloc(0)), Buffer.alloc(0));
  const good = saltedValue('v', new Uint8Array(16).fill(5));
  assert.deepEqual(opened(good), { fields: [{ field: 'a.b', key: 'k', type: 's', text: 'v' }], salt: new Uint8Array(16).fill(5) });
  for (let at = 0; at < good.length; at++) assert.equal(opened(good.subarray(0, at)), null, `cut at ${at}`);
  assert.equal(opened(Buffer.concat([good.subarray(0, 16), Uint8Array.of(0x83, 0), good.subarray(17)])), null, 'a length in more bytes than it needs');
});
