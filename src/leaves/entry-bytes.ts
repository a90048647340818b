/** The bytes of a span entry under construction, behind the byte that makes it a leaf (RFC 6962 §2.1). Copies go by words where that is faster. */
import type { NativeCursor } from './native-columns.ts';
import { HashedBytes } from './sha256.ts';

/** From here on one call that copies is faster than a loop over words. */
const WORDS_BYTES_MAX = 256;

export class EntryBytes extends HashedBytes {
  constructor() {
    super(1 << 16);
  }

  /** Leaf prefix, then version. */
  begin(): void {
    this.bytes[0] = 0;
    this.bytes[1] = 1;
    this.length = 2;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  varuint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** A length and so many bytes. */
  text(text: string): void {
    const bytes = Buffer.from(text);
    this.varuint(bytes.length);
    this.append(bytes);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The bytes of the block from `start` to `end`. */
  copy(native: NativeCursor, start: number, end: number): void {
    copyInto(this, native.bytes, native.view, start, end);
  }

  copy4(from: DataView, start: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, from.getUint32(start, true), true);
    this.length += 4;
  }

  copy8(from: DataView, start: number): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, from.getBigUint64(start, true), true);
    this.length += 8;
  }
}

export function copyInto(target: HashedBytes, from: Uint8Array, fromView: DataView, start: number, end: number): void {
  const length = end - start;
  target.reserve(length);
  let at = target.length;
  target.length = at + length;
  if (length > WORDS_BYTES_MAX) {
    target.bytes.set(from.subarray(start, end), at);
    return;
  }
  const { view } = target;
  let place = start;
  for (const whole = end - 7; place < whole; place += 8, at += 8) view.setBigUint64(at, fromView.getBigUint64(place, true), true);
  for (; place < end; place++, at++) view.setUint8(at, fromView.getUint8(place));
}
