/**
 * For tests: ciphertexts of AES-256-GCM that open under two keys. GCM does not commit to its key: for any ciphertext there is one more block that gives it the same tag under
 * both (Dodis and others, "Fast Message Franking", 2018; Len and others, "Partitioning Oracle Attacks", 2021).
 */
import { createCipheriv } from 'node:crypto';

const BLOCK_BYTES = 16;

/** GF(2^128) as GCM has it: the first bit of a block is the lowest power. */
const R = 0xe1n << 120n;

export interface Side {
  readonly key: Uint8Array;
  readonly associated: Uint8Array;
}

/** `begun`, whole blocks of ciphertext, with one block behind it and the tag under which both sides take it. What each reads in the last block nobody chose. */
export function closedForTwo(sides: readonly [Side, Side], nonce: Uint8Array, begun: Uint8Array): { readonly text: Buffer; readonly tag: Buffer } {
  const [first, second] = sides.map(({ key, associated }) => {
    const encrypt = (bytes: Buffer): bigint => number(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(bytes));
    const [h, mask] = [encrypt(Buffer.alloc(BLOCK_BYTES)), encrypt(Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])]))];
    const lengths = (BigInt(associated.length * 8) << 64n) | BigInt((begun.length + BLOCK_BYTES) * 8);
    // GHASH of the associated data, the text with a last block of zeros, and the lengths.
    const hashed = [...blocksOf(associated), ...blocksOf(begun), 0n, lengths].reduce((sum, next) => times(sum ^ next, h), 0n);
    return { h2: times(h, h), rest: hashed ^ mask };
  }) as [{ h2: bigint; rest: bigint }, { h2: bigint; rest: bigint }];
  const last = times(first.rest ^ second.rest, inverse(first.h2 ^ second.h2));
  return { text: Buffer.concat([begun, block(last)]), tag: block(times(last, first.h2) ^ first.rest) };
}

/** What a key adds to the text with this nonce. */
export function keyStream(key: Uint8Array, nonce: Uint8Array, length: number): Buffer {
  return createCipheriv('aes-256-gcm', key, nonce).update(Buffer.alloc(length));
}

function blocksOf(bytes: Uint8Array): bigint[] {
  const padded = Buffer.concat([bytes, Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)]);
  return Array.from({ length: padded.length / BLOCK_BYTES }, (_, at) => number(padded.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)));
}

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
const block = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(2 * BLOCK_BYTES, '0'), 'hex');
