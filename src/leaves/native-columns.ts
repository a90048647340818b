/**
 * Columns of a ClickHouse Native block as they are read: nothing is copied but positions and indexes, into arrays that the next block uses again.
 * The bytes are the engine's or our own; what is malformed throws, and nothing is allocated that the bytes at hand do not bear out.
 */

export class MalformedNative extends Error {
  constructor(what: string) {
    super(`cannot read the Native block: ${what}`);
    this.name = 'MalformedNative';
  }
}

/** Where the reading is. */
export class NativeCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** Steps over so many bytes and says where they begin. */
  take(length: number): number {
    const start = this.at;
    if (!(length <= this.bytes.length - start)) throw new MalformedNative('it ends too early');
    this.at = start + length;
    return start;
  }

  /** Unsigned LEB128 in its shortest form, as hashes are taken over it. */
  varuint(): number {
    let value = 0;
    for (let unit = 1, length = 0; length < 7; length++, unit *= 128) {
      const byte = this.bytes[this.at];
      if (byte === undefined) break;
      this.at++;
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (byte === 0 && length > 0) break;
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new MalformedNative('it has a malformed length');
  }

  /** A 64-bit count; what counts more than the bytes that are left is refused. */
  count(): number {
    const at = this.take(8);
    const count = this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 0x1_0000_0000;
    if (count > this.bytes.length) throw new MalformedNative('it counts more than it has');
    return count;
  }

  text(): string {
    const length = this.varuint();
    const start = this.take(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, length).toString('latin1');
  }
}

export interface ColumnReader {
  prefix(cursor: NativeCursor): void;
  data(cursor: NativeCursor, rows: number): void;
}

/** Numbers and FixedString: value `i` is the `width` bytes at `start + i * width`. */
export class FixedColumn implements ColumnReader {
  readonly width: number;
  start = 0;

  constructor(width: number) {
    this.width = width;
  }

  prefix(): void {}

  data(cursor: NativeCursor, rows: number): void {
    this.start = cursor.take(rows * this.width);
  }
}

/** Strings: value `i`, with the varuint of its length before it, is the bytes from `starts[i]` to `starts[i + 1]`. */
export class StringColumn implements ColumnReader {
  starts = new Uint32Array(1_024);

  prefix(): void {}

  data(cursor: NativeCursor, rows: number): void {
    if (rows > cursor.bytes.length - cursor.at) throw new MalformedNative('it ends too early');
    this.starts = room(this.starts, rows + 1);
    const { starts } = this;
    const { bytes } = cursor;
    const end = bytes.length;
    let at = cursor.at;
    for (let row = 0; row < rows; row++) {
      starts[row] = at;
      if (at >= end) throw new MalformedNative('it ends too early');
      const length = bytes[at]!;
      if (length < 128) at += 1 + length;
      else {
        cursor.at = at;
        at = cursor.varuint() + cursor.at;
      }
    }
    if (at > end) throw new MalformedNative('it ends too early');
    starts[rows] = cursor.at = at;
  }
}

const SHARED_DICTIONARIES = 1;
/** The bits beside the width of the indexes: keys of its own it must have, keys of elsewhere it must not. */
const WIDTH_MASK = 0xff;
/** Indexes of 8 bytes, as the exponent of 2. */
const WIDEST = 3;
const GLOBAL_KEYS = 0x100;
const ADDITIONAL_KEYS = 0x200;

/** LowCardinality(String): value `i` is key `indexes[i]`; the engine may give keys that no row has. */
export class DictionaryColumn implements ColumnReader {
  readonly keys = new StringColumn();
  indexes = new Uint32Array(1_024);
  size = 0;

  prefix(cursor: NativeCursor): void {
    if (cursor.count() !== SHARED_DICTIONARIES) throw new MalformedNative('it has a dictionary of an unknown version');
  }

  data(cursor: NativeCursor, rows: number): void {
    this.size = 0;
    if (rows === 0) return;
    const start = cursor.take(8);
    const flags = cursor.view.getUint32(start, true);
    const exponent = flags & WIDTH_MASK;
    if (exponent > WIDEST || (flags & GLOBAL_KEYS) !== 0 || (flags & ADDITIONAL_KEYS) === 0) throw new MalformedNative('it has a dictionary of an unknown form');
    const width = 1 << exponent;
    this.size = cursor.count();
    this.keys.data(cursor, this.size);
    if (cursor.count() !== rows) throw new MalformedNative('it has a dictionary for another number of rows');
    this.indexes = room(this.indexes, rows);
    const at = cursor.take(rows * width);
    if (width === 1) this.#indexes8(cursor.bytes, at, rows);
    else this.#indexes(cursor.view, at, rows, width);
  }

  #indexes8(bytes: Uint8Array, at: number, rows: number): void {
    const { indexes, size } = this;
    let highest = 0;
    for (let row = 0; row < rows; row++) {
      const index = bytes[at + row]!;
      if (index > highest) highest = index;
      indexes[row] = index;
    }
    if (highest >= size) throw new MalformedNative('it names a key that its dictionary does not have');
  }

  #indexes(view: DataView, at: number, rows: number, width: number): void {
    const { indexes, size } = this;
    for (let row = 0; row < rows; row++, at += width) {
      const index = width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      if (index >= size || (width === 8 && view.getUint32(at + 4, true) !== 0)) throw new MalformedNative('it names a key that its dictionary does not have');
      indexes[row] = index;
    }
  }
}

/** Cumulative ends: the elements of row `i` are those from `ends[i]` to `ends[i + 1]`. */
class Ends {
  ends = new Uint32Array(1_024);

  decode(view: DataView, at: number, rows: number): number {
    this.ends = room(this.ends, rows + 1);
    const { ends } = this;
    let before = (ends[0] = 0);
    for (let row = 0; row < rows; row++) {
      const end = view.getUint32(at + row * 8, true);
      if (end < before || view.getUint32(at + row * 8 + 4, true) !== 0) throw new MalformedNative('it has lists that end before they begin');
      ends[row + 1] = before = end;
    }
    return before;
  }
}

/** Array(T). The ends of several columns may be the same: whoever needs them decodes those of one. */
export class ArrayColumn<T extends ColumnReader = ColumnReader> implements ColumnReader {
  readonly elements: T;
  /** Where the cumulative ends begin, 8 bytes a row. */
  endsStart = 0;
  readonly #ends = new Ends();

  constructor(elements: T) {
    this.elements = elements;
  }

  /** Throws if lists end before they begin. Valid until the next block. */
  ends(cursor: NativeCursor, rows: number): Uint32Array {
    this.#ends.decode(cursor.view, this.endsStart, rows);
    return this.#ends.ends;
  }

  prefix(cursor: NativeCursor): void {
    this.elements.prefix(cursor);
  }

  data(cursor: NativeCursor, rows: number): void {
    this.endsStart = cursor.take(rows * 8);
    // The last end is the number of elements, if the ends are what they should be.
    cursor.at -= 8;
    this.elements.data(cursor, cursor.count());
  }
}

/** Map(LowCardinality(String), String): keys and values of all rows, one after another. */
export class AttributesColumn implements ColumnReader {
  readonly keys = new DictionaryColumn();
  readonly values = new StringColumn();
  readonly #ends = new Ends();

  get ends(): Uint32Array {
    return this.#ends.ends;
  }

  prefix(cursor: NativeCursor): void {
    this.keys.prefix(cursor);
  }

  data(cursor: NativeCursor, rows: number): void {
    const elements = this.#ends.decode(cursor.view, cursor.take(rows * 8), rows);
    this.keys.data(cursor, elements);
    this.values.data(cursor, elements);
  }
}

function room(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  return length <= array.length ? array : new Uint32Array(Math.max(length, array.length * 2));
}
