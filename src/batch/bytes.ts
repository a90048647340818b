/**
 * Bytes at speed: a growable writer, a seeded hash and a comparison. Short copies are loops on purpose: a `subarray` for
 * each of a dozen values a span would cost more than the bytes. Where it pays, they go by words through a `DataView`, which halves their cost.
 */

import { randomBytes } from 'node:crypto';

/** Drawn once a process, so that nobody can prepare values that collide. */
export const HASH_SEED = randomBytes(4).readUInt32LE();

/** Below this length a byte loop beats `set(subarray())` (measured with `npm run bench -- copy`). */
const LOOP_BYTES_MAX = 64;
/** Below this length copying by words does; at most two bytes of length go before it. */
const WORDS_BYTES_MAX = 128;

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity_bytes: number) {
    this.bytes = new Uint8Array(capacity_bytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  #view: DataView;

  reset(): void {
    this.length = 0;
  }

  /** Makes room for `extra_bytes` more. Call it before writing to `bytes` directly. */
  reserve(extra_bytes: number): void {
    const needed = this.length + extra_bytes;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  copy(source: Uint8Array, start: number, length: number): void {
    this.reserve(length);
    const target = this.bytes;
    let at = this.length;
    this.length = at + length;
    if (length > LOOP_BYTES_MAX) {
      target.set(source.subarray(start, start + length), at);
      return;
    }
    for (let i = start, end = start + length; i < end; i++) target[at++] = source[i]!;
  }

  /** A ClickHouse String: varuint length, then the bytes. */
  string(source: Uint8Array, start: number, length: number): void {
    this.varuint(length);
    this.copy(source, start, length);
  }

  /** The same from a view: for the many short values of a request. */
  stringOf(source: DataView, start: number, length: number): void {
    this.reserve(length + 10);
    if (length > WORDS_BYTES_MAX) {
      this.varuint(length);
      this.bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, length), this.length);
      this.length += length;
      return;
    }
    const target = this.#view;
    let at = this.length;
    if (length < 128) target.setUint8(at++, length);
    else {
      target.setUint8(at++, (length & 127) | 128);
      target.setUint8(at++, length >>> 7);
    }
    let from = start;
    const whole = start + (length & ~3);
    for (; from < whole; from += 4, at += 4) target.setInt32(at, source.getInt32(from, true), true);
    for (const end = start + length; from < end; from++) target.setUint8(at++, source.getUint8(from));
    this.length = at;
  }

  varuint(value: number): void {
    this.reserve(10);
    const target = this.bytes;
    let at = this.length;
    while (value > 127) {
      target[at++] = (value & 127) | 128;
      value = Math.floor(value / 128);
    }
    target[at++] = value;
    this.length = at;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    const target = this.bytes;
    const at = this.length;
    target[at] = value;
    target[at + 1] = value >>> 8;
    target[at + 2] = value >>> 16;
    target[at + 3] = value >>> 24;
    this.length = at + 4;
  }

  /** A 64-bit integer of a safe number; negative numbers are not taken. */
  uint64(value: number): void {
    this.uint32(value >>> 0);
    this.uint32(Math.floor(value / 0x1_0000_0000) >>> 0);
  }

  zeros(length: number): void {
    this.reserve(length);
    this.bytes.fill(0, this.length, this.length + length);
    this.length += length;
  }

  /** What was written, in place; valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

/**
 * A 32-bit hash for tables that also compare in full and bound their probing: cheap, seeded, not cryptographic.
 * Attacker-controlled input may collide at will and gains a slower look-up, nothing else.
 */
export function hashBytes(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = seed ^ Math.imul(length, 0x9e3779b1);
  let at = start;
  const whole = start + (length & ~3);
  for (; at < whole; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (const end = start + length; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0xc2b2ae35);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function equalBytes(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** `hashBytes` by words; the two give different hashes. */
export function hashWords(view: DataView, start: number, length: number, seed: number): number {
  let hash = seed ^ Math.imul(length, 0x9e3779b1);
  let at = start;
  for (const whole = start + (length & ~3); at < whole; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (const end = start + length; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0xc2b2ae35);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** `equalBytes` by words. */
export function equalWords(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  let i = 0;
  for (const whole = length & ~3; i < whole; i += 4) if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false;
  for (; i < length; i++) if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
  return true;
}

/** Copies short values by words; long ones are better `set`. */
export function copyWords(to: DataView, toStart: number, from: DataView, start: number, length: number): void {
  let i = 0;
  for (const whole = length & ~3; i < whole; i += 4) to.setInt32(toStart + i, from.getInt32(start + i, true), true);
  for (; i < length; i++) to.setUint8(toStart + i, from.getUint8(start + i));
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The bytes fill their buffer, so nobody else's are in it (a part of Node's pool never fills it) and it can be handed to a worker. */
export function isExclusive(bytes: Uint8Array | Uint32Array): boolean {
  return bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.byteLength;
}

/**
 * Frees a buffer that nobody reads again; it is empty for whoever still holds it. The caller knows that it holds nothing else. Left to the
 * garbage collector, the buffers of a few hundred requests a second make V8 collect its whole heap again and again for memory that lies
 * outside it; given back at once they cost a third of the CPU.
 */
export function release({ buffer }: Uint8Array | Uint32Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
