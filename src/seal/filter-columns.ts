/** The table `item_filters` under construction: the items of a block as they are met, then one row for each slice of its filter. */
import { TYPE, viewOf } from '#batch';
import { ITEM_FILTERS } from '#clickhouse/schema';
import { type ColumnWriter, DictionaryColumn, encodeBlock, PlainColumn } from '#columns';
import { fieldItem, type ItemField, keyItem, keySeed, valueItem } from '#items';
import { ItemSet } from '#items/set';
import type { MinimizedBatch, Minimizer } from '#minimize';
import type { BlockIdentity } from './block-identity.ts';

/** Places for the numbers of values met, and for integers: powers of two. */
const SEEN = 1 << 15;
const SEEN_SHORT = 1 << 12;

export class FilterColumns {
  readonly items = new ItemSet();
  readonly #minimizer: Minimizer;
  /** What the hashes of a key's items begin with, by key id; 0 = not worked out yet. */
  #keySeeds = new Uint32Array(1_024);
  /** Most values of a block have been in it before; what was met last says so before anything is hashed. By `valueNumber`… */
  readonly #seen = new Uint32Array(SEEN);
  /** …and integers and booleans, which have none, by key, type and value. */
  readonly #seenKeys = new Uint32Array(SEEN_SHORT);
  readonly #seenShort = new Uint32Array(SEEN_SHORT);
  /** The bytes looked at last. */
  #view = viewOf(new Uint8Array(0));
  #first_s = Infinity;
  #last_s = 0;

  readonly #slice = new PlainColumn(128);
  readonly #block = new PlainColumn(512);
  readonly #day = new PlainColumn(128);
  readonly #retention = new DictionaryColumn();
  readonly #tenant = new DictionaryColumn();
  readonly #first = new PlainColumn(256);
  readonly #last = new PlainColumn(256);
  readonly #bits = new PlainColumn(16 * 1_024);
  readonly #columns: readonly ColumnWriter[] = [this.#slice, this.#block, this.#day, this.#retention, this.#tenant, this.#first, this.#last, this.#bits];

  constructor(minimizer: Minimizer) {
    this.#minimizer = minimizer;
  }

  /** Key ids mean other keys from now on. */
  forgetKeys(): void {
    this.#keySeeds.fill(0);
    this.#forgetSeen();
  }

  addKey(key: number): void {
    this.items.add(keyItem(this.#seedOf(key)));
  }

  /** The value of an attribute that was just written to `values` at `written`: a length, then the bytes. */
  addValue(batch: MinimizedBatch, value: number, values: PlainColumn, written: number): void {
    const number = batch.valueNumber[value]!;
    if (number === 0) {
      if (!this.#isNewShort(batch, value)) return;
    } else {
      const at = number & (SEEN - 1);
      if (this.#seen[at] === number) return;
      this.#seen[at] = number;
    }
    const { bytes } = values;
    if (this.#view.buffer !== bytes.buffer) this.#view = viewOf(bytes);
    let start = written;
    while (bytes[start]! > 127) start++;
    start++;
    this.items.add(valueItem(this.#seedOf(batch.valueKey[value]!), this.#view, start, values.length - start));
  }

  /** Every distinct text of a dictionary is an item of this field. */
  addField(field: ItemField, column: DictionaryColumn): void {
    column.eachKey((bytes, start, length) => this.items.add(fieldItem(field, viewOf(bytes), start, length)));
  }

  addStarts({ startLow, startHigh }: MinimizedBatch, spans: Uint32Array, rows: number): void {
    let first = Infinity;
    let last = 0;
    for (let at = 0; at < rows; at++) {
      const span = spans[at]!;
      const start = startHigh[span]! * 0x1_0000_0000 + startLow[span]!;
      if (start < first) first = start;
      if (start > last) last = start;
    }
    // A number holds nanoseconds of our time to some hundred: a second more on both sides.
    this.#first_s = Math.min(this.#first_s, secondsOf(first) - 1);
    this.#last_s = Math.max(this.#last_s, secondsOf(last) + 1);
  }

  /** The Native block; everything begins anew. */
  encode({ block, day, retention, tenant }: BlockIdentity): Uint8Array<ArrayBuffer> {
    const { bytes, slices } = this.items.takeFilters();
    const rows = slices.length;
    for (const { slice, start, length } of slices) {
      this.#slice.repeat16(slice, 1);
      this.#first.uint32(this.#first_s);
      this.#last.uint32(this.#last_s);
      this.#bits.string(bytes, start, length);
    }
    this.#block.repeat64(block, rows);
    this.#day.repeat16(day, rows);
    this.#retention.pushRun(internText(this.#retention, retention), rows);
    this.#tenant.pushRun(internText(this.#tenant, tenant), rows);
    const encoded = encodeBlock(ITEM_FILTERS.columns, this.#columns, rows);
    for (const column of this.#columns) column.reset();
    this.#forgetSeen();
    this.#first_s = Infinity;
    this.#last_s = 0;
    return encoded;
  }

  /** False only for an integer or boolean that the block has met. */
  #isNewShort({ valueKey, valueType, valueA, valueB }: MinimizedBatch, value: number): boolean {
    const type = valueType[value]!;
    if (type !== TYPE.bool && (type !== TYPE.int || valueB[value] !== 0)) return true;
    const low = valueA[value]!;
    const keyAndType = valueKey[value]! * 8 + type;
    const at = (keyAndType ^ Math.imul(low, 0x9e3779b1)) & (SEEN_SHORT - 1);
    if (this.#seenKeys[at] === keyAndType && this.#seenShort[at] === low) return false;
    this.#seenKeys[at] = keyAndType;
    this.#seenShort[at] = low;
    return true;
  }

  #forgetSeen(): void {
    this.#seen.fill(0);
    this.#seenKeys.fill(0);
  }

  #seedOf(key: number): number {
    if (key >= this.#keySeeds.length) {
      const larger = new Uint32Array(key * 2);
      larger.set(this.#keySeeds);
      this.#keySeeds = larger;
    }
    return this.#keySeeds[key] || (this.#keySeeds[key] = keySeed(viewOf(this.#minimizer.keyBytes[key]!)));
  }
}

/** Whole seconds as a UInt32, with room on both sides, whatever the time. */
function secondsOf(start_ns: number): number {
  return Math.max(1, Math.min(0xffff_fffe, Math.floor(start_ns / 1e9)));
}

function internText(column: DictionaryColumn, text: string): number {
  const bytes = Buffer.from(text);
  return column.intern(bytes, 0, bytes.length);
}
