/**
 * Writes protobuf for the corpus. Its own, not the product's, so that an error in one is not hidden by the same error in the other.
 */

export type Scalar = string | number | boolean;
export type Attribute = readonly [key: string, value: Scalar];

const LENGTH_DELIMITED = 2;

export class Wire {
  bytes = Buffer.allocUnsafe(64 * 1024);
  at = 0;

  /** A copy of what was written. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return taken;
  }

  varint(value: number): void {
    this.#room(10);
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80;
      left = Math.floor(left / 128);
    }
    this.bytes[this.at++] = left;
  }

  integer(field: number, value: number): void {
    this.varint(field << 3);
    this.varint(value);
  }

  fixed32(field: number, value: number): void {
    this.varint((field << 3) | 5);
    this.#room(4);
    this.at = this.bytes.writeUInt32LE(value, this.at);
  }

  /** Returns where the value begins. */
  fixed64(field: number, value: bigint): number {
    this.varint((field << 3) | 1);
    this.#room(8);
    this.at = this.bytes.writeBigUInt64LE(value, this.at);
    return this.at - 8;
  }

  double(field: number, value: number): void {
    this.varint((field << 3) | 1);
    this.#room(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** Returns where the bytes begin. */
  raw(field: number, bytes: Uint8Array): number {
    this.varint((field << 3) | LENGTH_DELIMITED);
    this.varint(bytes.length);
    this.#room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this.at - bytes.length;
  }

  text(field: number, text: string): void {
    this.nested(field, () => {
      this.#room(text.length * 3);
      this.at += this.bytes.write(text, this.at);
    });
  }

  /** A message whose length is known once it is written; returns by how many bytes its content moved. */
  nested(field: number, write: () => void): number {
    this.varint((field << 3) | LENGTH_DELIMITED);
    const start = this.at;
    this.#room(1);
    this.at += 1;
    write();
    const length = this.at - start - 1;
    const moved = varintBytes(length) - 1;
    this.#room(moved);
    if (moved > 0) this.bytes.copyWithin(start + 1 + moved, start + 1, this.at);
    this.at = start;
    this.varint(length);
    this.at += length;
    return moved;
  }

  /** An OTLP KeyValue. */
  attribute(field: number, [key, value]: Attribute): void {
    this.nested(field, () => {
      this.text(1, key);
      this.nested(2, () => this.#value(value));
    });
  }

  #value(value: Scalar): void {
    if (typeof value === 'string') this.text(1, value);
    else if (typeof value === 'boolean') this.integer(2, value ? 1 : 0);
    else if (Number.isSafeInteger(value)) this.integer(3, value);
    else this.double(4, value);
  }

  #room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + more));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

export function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left > 0x7f; left = Math.floor(left / 128)) bytes += 1;
  return bytes;
}
