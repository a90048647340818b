/**
 * Columns of a ClickHouse Native block under construction: rows are appended, then the column writes itself in the layout
 * of the format (varuint name, varuint type, the type's prefix, the data of all rows). Reused from block to block.
 */
import { ByteWriter, equalBytes, HASH_SEED, hashBytes } from '#batch';

export { encodeBlock } from './native-block.ts';

export interface ColumnWriter {
  /** Written once before the data, nested prefixes included. */
  prefix(out: ByteWriter): void;
  data(out: ByteWriter): void;
  /** An upper bound of what `prefix` and `data` write. */
  size_bytes(): number;
  reset(): void;
}

/** Fixed-width values and Strings: what was written is what is stored. The methods append a value a row for many rows at once. */
export class PlainColumn extends ByteWriter implements ColumnWriter {
  repeat16(value: number, rows: number): void {
    this.reserve(rows * 2);
    for (let row = 0; row < rows; row++) {
      this.bytes[this.length++] = value;
      this.bytes[this.length++] = value >>> 8;
    }
  }

  repeat64(value: number, rows: number): void {
    this.reserve(rows * 8);
    for (let row = 0; row < rows; row++) this.uint64(value);
  }

  /** `first`, `first + 1`, … */
  count32(first: number, rows: number): void {
    this.reserve(rows * 4);
    for (let row = 0; row < rows; row++) this.uint32(first + row);
  }

  /** `width` bytes at `offsets[chosen[row]]` of `source`; offset 0 stands for zeros. */
  gather(source: Uint8Array, offsets: Uint32Array, chosen: Uint32Array, rows: number, width: number): void {
    this.reserve(rows * width);
    const target = this.bytes;
    let at = this.length;
    for (let row = 0; row < rows; row++) {
      const offset = offsets[chosen[row]!]!;
      if (offset === 0) {
        for (let i = 0; i < width; i++) target[at++] = 0;
      } else for (let i = 0; i < width; i++) target[at++] = source[offset + i]!;
    }
    this.length = at;
  }

  gather32(values: Uint32Array | Int32Array, chosen: Uint32Array, rows: number): void {
    this.reserve(rows * 4);
    for (let row = 0; row < rows; row++) this.uint32(values[chosen[row]!]!);
  }

  gather64(low: Uint32Array, high: Uint32Array, chosen: Uint32Array, rows: number): void {
    this.reserve(rows * 8);
    for (let row = 0; row < rows; row++) {
      this.uint32(low[chosen[row]!]!);
      this.uint32(high[chosen[row]!]!);
    }
  }

  prefix(): void {}

  data(out: ByteWriter): void {
    out.copy(this.bytes, 0, this.length);
  }

  size_bytes(): number {
    return this.length;
  }
}

const SLOTS_START = 1_024;
/** Values are attacker-controlled and may be made to collide: one not found in so many places is kept a second time, which the engine folds. */
const PROBES_MAX = 16;
/** LowCardinality serialization: version 1 of the key format, then per granule the index type with "has additional keys". */
const SHARED_DICTIONARIES = 1;
const ADDITIONAL_KEYS = 0x600;

/** LowCardinality(String): each distinct value once, an index per row. */
export class DictionaryColumn implements ColumnWriter {
  #indexes = new Uint32Array(1_024);
  #rows = 0;
  #count = 0;
  readonly #keys = new ByteWriter(4_096);
  /** Where each key's bytes begin in `#keys`, and how long they are. */
  #starts = new Uint32Array(256);
  #lengths = new Uint32Array(256);
  #hashes = new Uint32Array(256);
  #slots = new Int32Array(SLOTS_START).fill(-1);

  get rows(): number {
    return this.#rows;
  }

  /** Distinct values so far. */
  get size(): number {
    return this.#count;
  }

  eachKey(visit: (bytes: Uint8Array, start: number, length: number) => void): void {
    for (let index = 0; index < this.#count; index++) visit(this.#keys.bytes, this.#starts[index]!, this.#lengths[index]!);
  }

  /** The index of these bytes in the dictionary, which gains them if they are new. */
  intern(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashBytes(bytes, start, length, HASH_SEED);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const index = this.#slots[slot]!;
      if (index < 0) return this.#add(bytes, start, length, hash, slot);
      if (this.#hashes[index] === hash && this.#lengths[index] === length && equalBytes(this.#keys.bytes, this.#starts[index]!, bytes, start, length)) return index;
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes, start, length, hash, -1);
  }

  pushIndex(index: number): void {
    if (this.#rows === this.#indexes.length) this.#reserve(1);
    this.#indexes[this.#rows++] = index;
  }

  pushRun(index: number, rows: number): void {
    this.#reserve(rows);
    this.#indexes.fill(index, this.#rows, this.#rows + rows);
    this.#rows += rows;
  }

  push(bytes: Uint8Array, start: number, length: number): void {
    this.pushIndex(this.intern(bytes, start, length));
  }

  prefix(out: ByteWriter): void {
    out.uint64(SHARED_DICTIONARIES);
  }

  data(out: ByteWriter): void {
    if (this.#rows === 0) return;
    const width = this.#width();
    out.uint64(ADDITIONAL_KEYS + (width === 1 ? 0 : width === 2 ? 1 : 2));
    out.uint64(this.#count);
    out.copy(this.#keys.bytes, 0, this.#keys.length);
    out.uint64(this.#rows);
    out.reserve(this.#rows * width);
    const target = out.bytes;
    const indexes = this.#indexes;
    let at = out.length;
    for (let row = 0; row < this.#rows; row++) {
      const index = indexes[row]!;
      target[at++] = index;
      if (width > 1) target[at++] = index >>> 8;
      if (width > 2) {
        target[at++] = index >>> 16;
        target[at++] = index >>> 24;
      }
    }
    out.length = at;
  }

  size_bytes(): number {
    return 40 + this.#keys.length + this.#rows * this.#width();
  }

  reset(): void {
    this.#rows = this.#count = 0;
    this.#keys.reset();
    if (this.#slots.length > SLOTS_START * 16) this.#slots = new Int32Array(SLOTS_START);
    this.#slots.fill(-1);
  }

  #reserve(rows: number): void {
    if (this.#rows + rows <= this.#indexes.length) return;
    const larger = new Uint32Array(Math.max(this.#rows + rows, this.#indexes.length * 2));
    larger.set(this.#indexes);
    this.#indexes = larger;
  }

  #width(): 1 | 2 | 4 {
    return this.#count <= 0x100 ? 1 : this.#count <= 0x1_0000 ? 2 : 4;
  }

  #add(bytes: Uint8Array, start: number, length: number, hash: number, slot: number): number {
    const index = this.#count++;
    if (index === this.#starts.length) {
      for (const column of ['starts', 'lengths', 'hashes'] as const) this.#grow(column);
    }
    this.#keys.string(bytes, start, length);
    this.#starts[index] = this.#keys.length - length;
    this.#lengths[index] = length;
    this.#hashes[index] = hash;
    if (slot >= 0) this.#slots[slot] = index;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #grow(column: 'starts' | 'lengths' | 'hashes'): void {
    const larger = new Uint32Array(this.#count * 2);
    if (column === 'starts') (larger.set(this.#starts), (this.#starts = larger));
    else if (column === 'lengths') (larger.set(this.#lengths), (this.#lengths = larger));
    else (larger.set(this.#hashes), (this.#hashes = larger));
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#count; index++) {
      let slot = this.#hashes[index]! & mask;
      let probe = 0;
      while (slots[slot]! >= 0 && ++probe < PROBES_MAX) slot = (slot + 1) & mask;
      if (probe < PROBES_MAX) slots[slot] = index;
    }
    this.#slots = slots;
  }
}

/** Cumulative ends of an Array or Map, shared by all columns of equal lengths; the elements belong to the column around it. */
export class Offsets {
  readonly #bytes = new PlainColumn(8_192);
  #end = 0;

  push(count: number): void {
    this.#end += count;
    this.#bytes.uint32(this.#end);
    this.#bytes.uint32(0);
  }

  data(out: ByteWriter): void {
    this.#bytes.data(out);
  }

  size_bytes(): number {
    return this.#bytes.length;
  }

  reset(): void {
    this.#bytes.reset();
    this.#end = 0;
  }
}

/** Array(T). Several columns may share one `Offsets`, which whoever owns it resets. */
export class ArrayColumn<T extends ColumnWriter> implements ColumnWriter {
  readonly offsets: Offsets;
  readonly elements: T;

  constructor(offsets: Offsets, elements: T) {
    this.offsets = offsets;
    this.elements = elements;
  }

  prefix(out: ByteWriter): void {
    this.elements.prefix(out);
  }

  data(out: ByteWriter): void {
    this.offsets.data(out);
    this.elements.data(out);
  }

  size_bytes(): number {
    return this.offsets.size_bytes() + this.elements.size_bytes();
  }

  reset(): void {
    this.offsets.reset();
    this.elements.reset();
  }
}

/** Map(LowCardinality(String), String): an attribute list a row. */
export class AttributesColumn implements ColumnWriter {
  readonly offsets = new Offsets();
  readonly keys = new DictionaryColumn();
  readonly values = new PlainColumn(1 << 16);

  prefix(out: ByteWriter): void {
    this.keys.prefix(out);
  }

  data(out: ByteWriter): void {
    this.offsets.data(out);
    this.keys.data(out);
    this.values.data(out);
  }

  size_bytes(): number {
    return this.offsets.size_bytes() + this.keys.size_bytes() + this.values.size_bytes();
  }

  reset(): void {
    this.offsets.reset();
    this.keys.reset();
    this.values.reset();
  }
}
