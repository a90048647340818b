/** The table `item_filters` under construction: the items of a block as they are met, then one row for each slice of its filter. */
import { viewOf } from '#batch';
import { ITEM_FILTERS } from '#clickhouse/schema';
import { fieldItem, type ItemField } from '#items';
import { ItemSet } from '#items/set';
import { type ColumnWriter, DictionaryColumn, PlainColumn } from './columns.ts';
import { type BlockIdentity, encodeBlock } from './span-columns.ts';

/** Places for the numbers of values met, and for integers: powers of two. */
const SEEN = 1 << 15;
export const SEEN_MASK = SEEN - 1;
const SEEN_NUMBERS = 1 << 12;

export class FilterColumns {
  readonly items = new ItemSet();
  /** The values of the block met last, by `valueNumber`; those without one, integers and booleans, by key, type and value. */
  readonly seen = new Uint32Array(SEEN);
  readonly #seenKeys = new Uint32Array(SEEN_NUMBERS);
  readonly #seenNumbers = new Uint32Array(SEEN_NUMBERS);
  readonly #slice = new PlainColumn(128);
  readonly #block = new PlainColumn(512);
  readonly #day = new PlainColumn(128);
  readonly #retention = new DictionaryColumn();
  readonly #tenant = new DictionaryColumn();
  readonly #first = new PlainColumn(256);
  readonly #last = new PlainColumn(256);
  readonly #bits = new PlainColumn(16 * 1_024);
  readonly #columns: readonly ColumnWriter[] = [this.#slice, this.#block, this.#day, this.#retention, this.#tenant, this.#first, this.#last, this.#bits];

  /** False only for an integer or boolean that the block has met; `keyAndType` is not 0. */
  isNewNumber(keyAndType: number, value: number): boolean {
    const at = (keyAndType ^ Math.imul(value, 0x9e3779b1)) & (SEEN_NUMBERS - 1);
    if (this.#seenKeys[at] === keyAndType && this.#seenNumbers[at] === value) return false;
    this.#seenKeys[at] = keyAndType;
    this.#seenNumbers[at] = value;
    return true;
  }

  /** Every distinct text of a dictionary is an item of this field. */
  addField(field: ItemField, column: DictionaryColumn): void {
    column.eachKey((bytes, start, length) => this.items.add(fieldItem(field, viewOf(bytes), start, length)));
  }

  /** Key ids mean other keys from now on, or the block is done. */
  forgetSeen(): void {
    this.seen.fill(0);
    this.#seenKeys.fill(0);
  }

  /** The Native block. `first_s` and `last_s` hold the starts of all its spans. */
  encode({ block, day, retention, tenant }: BlockIdentity, first_s: number, last_s: number): Uint8Array<ArrayBuffer> {
    const { bytes, slices } = this.items.takeFilters();
    const rows = slices.length;
    for (const { slice, start, length } of slices) {
      this.#slice.repeat16(slice, 1);
      this.#bits.string(bytes, start, length);
      this.#first.uint32(first_s);
      this.#last.uint32(last_s);
    }
    this.#block.repeat64(block, rows);
    this.#day.repeat16(day, rows);
    this.#retention.pushRun(internText(this.#retention, retention), rows);
    this.#tenant.pushRun(internText(this.#tenant, tenant), rows);
    this.forgetSeen();
    const encoded = encodeBlock(ITEM_FILTERS.columns, this.#columns, rows);
    for (const column of this.#columns) column.reset();
    return encoded;
  }
}

function internText(column: DictionaryColumn, text: string): number {
  const bytes = Buffer.from(text);
  return column.intern(bytes, 0, bytes.length);
}
