/** Bytes under construction, in the encodings of span entries (docs/reference/log-format.md): little-endian numbers, varuints, strings. */

const utf8 = new TextEncoder();
/** A text of so many UTF-16 units has a length of one byte in UTF-8. */
const SHORT_CHARS = 42;

export class EntryWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  reset(): this {
    this.#length = 0;
    return this;
  }

  /** What was written, up to the next `reset`. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  i32(value: number): this {
    return this.u32(value >>> 0);
  }

  u64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  i64(value: bigint): this {
    return this.u64(BigInt.asUintN(64, value));
  }

  varuint(value: number): this {
    this.#reserve(5);
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = rest | 128;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Lower-case hexadecimal. */
  hex(text: string): this {
    for (let at = 0; at < text.length; at += 2) this.u8(Number.parseInt(text.slice(at, at + 2), 16));
    return this;
  }

  /** ASCII, without a length. */
  ascii(text: string): this {
    return this.raw(utf8.encode(text));
  }

  string(text: string): this {
    if (text.length > SHORT_CHARS) {
      const bytes = utf8.encode(text);
      return this.varuint(bytes.length).raw(bytes);
    }
    this.#reserve(1 + 3 * SHORT_CHARS);
    const { written } = utf8.encodeInto(text, this.#bytes.subarray(this.#length + 1));
    this.#bytes[this.#length] = written;
    this.#length += 1 + written;
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + bytes, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
