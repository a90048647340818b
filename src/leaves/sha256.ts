/**
 * SHA-256 over the beginning of a buffer, without an object per hash: the view of each length is made once, and the digest comes as a latin1
 * string, which costs a third of a buffer (`npm run bench -- --only parts`).
 */
import { hash } from 'node:crypto';

export const DIGEST_BYTES = 32;
const WORD_BYTES = 8;
const VIEWS_MAX = 8_192;

/** Writes the digest to 32 bytes of `target`. */
export function digestInto(bytes: Uint8Array, target: Buffer, at: number): void {
  target.write(hash('sha256', bytes, 'latin1'), at, DIGEST_BYTES, 'latin1');
}

/** A growable buffer that is written from its beginning and then hashed. */
export class HashedBytes {
  bytes: Buffer;
  view: DataView;
  length = 0;
  #views: (Uint8Array | undefined)[] = [];

  constructor(capacity_bytes: number) {
    this.bytes = Buffer.alloc(capacity_bytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, capacity_bytes);
  }

  /** Makes room for `extra_bytes` behind `at`; what is before stays. There is always a word more, for copies that end in whole words. */
  room(at: number, extra_bytes: number): void {
    if (at + extra_bytes + WORD_BYTES > this.bytes.length) this.#grow(at, extra_bytes + WORD_BYTES);
  }

  /** Writes the digest of the first `length` bytes to 32 bytes of `target`. */
  digest(target: Buffer, at: number): void {
    digestInto(this.#views[this.length] ?? this.#viewOf(this.length), target, at);
  }

  #viewOf(length: number): Uint8Array {
    const view = this.bytes.subarray(0, length);
    if (length < VIEWS_MAX) this.#views[length] = view;
    return view;
  }

  #grow(at: number, extra_bytes: number): void {
    const grown = Buffer.alloc(Math.max(at + extra_bytes, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.length);
    this.#views = [];
  }
}

/** From here on one call that copies is faster than a loop over words. */
const WORDS_BYTES_MAX = 256;

/** Copies the bytes from `start` to `end` to place `to`, where `room` was made, and gives the place behind them. What stands behind them is lost. */
export function copyBytes(target: HashedBytes, to: number, from: Uint8Array, fromView: DataView, start: number, end: number): number {
  if (end - start > WORDS_BYTES_MAX) {
    target.bytes.set(from.subarray(start, end), to);
    return to + end - start;
  }
  const { view } = target;
  let at = to;
  let place = start;
  if (end + WORD_BYTES <= from.length) {
    for (; place < end; place += 8, at += 8) view.setBigUint64(at, fromView.getBigUint64(place, true), true);
  } else {
    for (; place < end; place++, at++) view.setUint8(at, fromView.getUint8(place));
  }
  return to + end - start;
}

/** Unsigned LEB128, at most ten bytes. */
export function writeVaruint(target: HashedBytes, to: number, value: number): number {
  const { bytes } = target;
  let at = to;
  let rest = value;
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}
