/**
 * A keyed 64-bit hash that takes sixteen bytes at a time in four lanes, a multiplication for each four bytes, because every byte of every span goes
 * through it. The keys are random for each process, so nobody can prepare spans that crowd into one bucket.
 *
 * It is not cryptographic and need not be. Who finds two contents of equal hash can send the second one under the ids of the first, and gains
 * that it is dropped; to have a foreign span dropped, they would have to send its equal before it is sent, and so know all its bytes, times included.
 */
import { KEY_WORDS } from './taken-spans.ts';

export class SpanHash {
  /** The result, after `finish`; before, the state, which may be read, kept and set. */
  low = 0;
  high = 0;
  readonly #first: number;
  readonly #second: number;
  readonly #keys: Int32Array;

  constructor(keys: Int32Array) {
    if (keys.length !== KEY_WORDS) throw new Error('cannot hash: the keys are not whole');
    this.#keys = keys;
    this.#first = keys[0]! | 1;
    this.#second = keys[1]! | 1;
  }

  /** `use` tells hashes for different uses apart: below 3. */
  begin(use: number): void {
    this.low = this.#keys[2 + 2 * use]!;
    this.high = this.#keys[3 + 2 * use]!;
  }

  absorb(view: DataView, start: number, length: number): void {
    const first = this.#first;
    const second = this.#second;
    let a = this.low ^ length;
    let b = this.high;
    let at = start;
    if (length >= 16) {
      // Two pairs of lanes that do not wait for each other.
      let c = a ^ second;
      let d = b ^ first;
      for (const whole = start + (length & ~15); at < whole; at += 16) {
        a = Math.imul(a ^ view.getInt32(at, true), first);
        b = Math.imul(b ^ view.getInt32(at + 4, true), second);
        c = Math.imul(c ^ view.getInt32(at + 8, true), first);
        d = Math.imul(d ^ view.getInt32(at + 12, true), second);
        a ^= b >>> 15;
        c ^= d >>> 15;
        b ^= a >>> 13;
        d ^= c >>> 13;
      }
      a = (Math.imul(a ^ (c >>> 16), second) + c) | 0;
      b = (Math.imul(b ^ (d >>> 16), first) + d) | 0;
      a ^= b >>> 15;
      b ^= a >>> 13;
    }
    if (at + 8 <= start + length) {
      a = Math.imul(a ^ view.getInt32(at, true), first);
      b = Math.imul(b ^ view.getInt32(at + 4, true), second);
      a ^= b >>> 15;
      b ^= a >>> 13;
      at += 8;
    }
    for (const end = start + length; at < end; at++) {
      a = Math.imul(a ^ view.getUint8(at), first);
      b = Math.imul(b ^ a, second);
      a ^= b >>> 15;
    }
    this.low = a;
    this.high = b;
  }

  /** Spreads what was absorbed last over all bits. */
  finish(): void {
    let a = this.low;
    let b = this.high;
    for (let round = 0; round < 2; round++) {
      a = Math.imul(a ^ (b >>> 15), this.#first);
      b = Math.imul(b ^ (a >>> 13), this.#second);
      a ^= a >>> 16;
      b ^= b >>> 16;
    }
    this.low = a;
    this.high = b ^ a;
  }
}
