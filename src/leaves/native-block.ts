/**
 * Reads a stream of ClickHouse Native blocks (STANDARDS: ClickHouse Native format, no block info): what this process has encoded, and what the
 * engine returns, which may have other columns, another order, other dictionaries, and several blocks one after another.
 */
import { ArrayColumn, AttributesColumn, type ColumnReader, DictionaryColumn, FixedColumn, MalformedNative, NativeCursor, StringColumn } from './native-columns.ts';

const WIDTHS: Readonly<Record<string, number>> = { UInt64: 8, Int64: 8, UInt32: 4, Int32: 4, UInt16: 2, Date: 2, UInt8: 1 };
/** No table has more, by far. */
const COLUMNS_MAX = 1_000;

export class NativeReader {
  /** Rows of the block that was read last. */
  rows = 0;
  readonly cursor = new NativeCursor();
  /** By name: a column keeps its arrays for the next block. */
  readonly #readers = new Map<string, { readonly type: string; readonly reader: ColumnReader; block: number }>();
  #block = 0;

  begin(bytes: Uint8Array): void {
    this.cursor.begin(bytes);
  }

  /** Reads the next block of the stream; false at its end. */
  next(): boolean {
    const { cursor } = this;
    if (cursor.at === cursor.bytes.length) return false;
    this.#block++;
    const columns = cursor.varuint();
    const rows = cursor.varuint();
    if (columns === 0 || columns > COLUMNS_MAX || rows > cursor.bytes.length) throw new MalformedNative('its head counts more than it has');
    for (let column = 0; column < columns; column++) {
      const name = cursor.text();
      const type = cursor.text();
      let known = this.#readers.get(name);
      if (known?.block === this.#block) throw new MalformedNative('it has a column twice');
      if (known?.type !== type) {
        if (this.#readers.size >= COLUMNS_MAX) this.#readers.clear();
        this.#readers.set(name, (known = { type, reader: readerOf(type), block: 0 }));
      }
      known.block = this.#block;
      // Not even the prefix is there when there are no rows at all.
      if (rows === 0) continue;
      known.reader.prefix(cursor);
      known.reader.data(cursor, rows);
    }
    this.rows = rows;
    return true;
  }

  /** A column of the block that was read last. Throws if it is not there or of another kind. */
  column<T extends ColumnReader>(name: string, kind: new (...args: never[]) => T): T {
    const known = this.#readers.get(name);
    if (known?.block !== this.#block || !(known.reader instanceof kind)) throw new MalformedNative(`it has no column ${name} of the kind that is needed`);
    return known.reader;
  }

  fixed(name: string, width: number): FixedColumn {
    const column = this.column(name, FixedColumn);
    if (column.width !== width) throw new MalformedNative(`its column ${name} has another width`);
    return column;
  }

  /** The elements of an array column and where those of each row are. */
  array<T extends ColumnReader>(name: string, kind: new (...args: never[]) => T): ArrayColumn<T> {
    const column = this.column(name, ArrayColumn);
    if (!isOf(column, kind)) throw new MalformedNative(`it has no column ${name} of the kind that is needed`);
    return column;
  }
}

function isOf<T extends ColumnReader>(column: ArrayColumn, kind: new (...args: never[]) => T): column is ArrayColumn<T> {
  return column.elements instanceof kind;
}

function readerOf(type: string): ColumnReader {
  if (type === 'String') return new StringColumn();
  if (type === 'LowCardinality(String)') return new DictionaryColumn();
  if (type === 'Map(LowCardinality(String), String)') return new AttributesColumn();
  const width = WIDTHS[type];
  if (width !== undefined) return new FixedColumn(width);
  const [, name = '', inner = ''] = /^(FixedString|Array)\((.{1,100})\)$/.exec(type) ?? [];
  if (name === 'Array' && !inner.startsWith('Array')) return new ArrayColumn(readerOf(inner));
  if (name === 'FixedString' && /^[1-9][0-9]{0,3}$/.test(inner)) return new FixedColumn(Number(inner));
  throw new MalformedNative('it has a column of an unknown type');
}
