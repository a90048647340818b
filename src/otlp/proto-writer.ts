/**
 * Writes protobuf messages forwards into one growing buffer. The length of a message is known only at its end, so one
 * byte is kept free for it and the content moves up when more are needed; short messages, the great majority, never move.
 */

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Strings up to this length are written byte by byte while they are ASCII; a native call costs more than that. */
const SHORT_TEXT_MAX = 32;

export class ProtoWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(new ArrayBuffer(Math.max(16, capacityBytes)));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written, without a copy: valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  tag(field: number, wire: number): void {
    this.varint((field << 3) | wire);
  }

  /** A non-negative integer up to 2^53 - 1. */
  varint(value: number): void {
    this.#room(10);
    this.#at = putVarint(this.#bytes, this.#at, value);
  }

  /** A 64-bit integer in two unsigned halves; a negative one takes ten bytes, as protobuf asks of int64. */
  varint64(low: number, high: number): void {
    this.#room(10);
    while (high > 0 || low > 127) {
      this.#bytes[this.#at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#at++] = low;
  }

  fixed32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  double(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  raw(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#room(length);
    if (length <= SHORT_TEXT_MAX) for (let i = start; i < end; i++) this.#bytes[this.#at++] = source[i] as number;
    else {
      this.#bytes.set(source.subarray(start, end), this.#at);
      this.#at += length;
    }
  }

  bytesField(field: number, value: Uint8Array): void {
    this.tag(field, WIRE.bytes);
    this.varint(value.length);
    this.raw(value, 0, value.length);
  }

  /** Lone surrogates become U+FFFD. */
  textField(field: number, value: string): void {
    this.bytesField(field, Buffer.from(value, 'utf8'));
  }

  /** Opens a length-delimited value and returns the mark that `close` takes. */
  open(field: number): number {
    this.tag(field, WIRE.bytes);
    this.#room(1);
    return this.#at++;
  }

  close(mark: number): void {
    const length = this.#at - mark - 1;
    if (length < 128) {
      this.#bytes[mark] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    this.#room(more);
    this.#bytes.copyWithin(mark + 1 + more, mark + 1, this.#at);
    putVarint(this.#bytes, mark, length);
    this.#at += more;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const wider = new Uint8Array(new ArrayBuffer(Math.max(this.#bytes.length * 2, this.#at + bytes)));
    wider.set(this.written());
    this.#bytes = wider;
    this.#view = new DataView(wider.buffer);
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 128) {
    into[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  into[at++] = rest;
  return at;
}
