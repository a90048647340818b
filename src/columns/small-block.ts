/**
 * A Native block of a few rows from plain values, for tables whose rows are counted and not measured. What is written for every span goes
 * through the columns themselves.
 */
import type { ByteWriter } from '#batch';
import { type ColumnWriter, DictionaryColumn, PlainColumn } from './columns.ts';
import { encodeBlock } from './native-block.ts';

type Value = string | number | Uint8Array;

/** The types that such tables have. A number is a whole one and not negative; DateTime64(3) is milliseconds since 1970. */
const WRITERS: Readonly<Record<string, () => { readonly column: ColumnWriter; readonly push: (value: Value) => void }>> = {
  UInt8: () => plain((out, value) => out.uint8(Number(value))),
  UInt32: () => plain((out, value) => out.uint32(Number(value))),
  UInt64: () => plain((out, value) => out.uint64(Number(value))),
  'DateTime64(3)': () => plain((out, value) => out.uint64(Number(value))),
  String: () => plain(pushString),
  'LowCardinality(String)': () => {
    const column = new DictionaryColumn();
    return { column, push: (value) => ((bytes) => column.push(bytes, 0, bytes.length))(bytesOf(value)) };
  },
};

/** A block of a table from the values of each of its columns, of which all have the same number. */
export function smallBlock(schema: readonly { readonly name: string; readonly type: string }[], values: Readonly<Record<string, readonly Value[]>>): Uint8Array<ArrayBuffer> {
  const rows = values[schema[0]?.name ?? '']?.length ?? 0;
  const columns = schema.map(({ name, type }) => {
    const [writer, ofColumn] = [WRITERS[type]?.(), values[name]];
    if (writer === undefined || ofColumn?.length !== rows) throw new Error(`cannot write a block: column ${name} has another type or number of rows`);
    for (const value of ofColumn) writer.push(value);
    return writer.column;
  });
  return encodeBlock(schema, columns, rows);
}

function plain(push: (out: ByteWriter, value: Value) => void): { readonly column: ColumnWriter; readonly push: (value: Value) => void } {
  const column = new PlainColumn(256);
  return { column, push: (value) => push(column, value) };
}

function pushString(out: ByteWriter, value: Value): void {
  const bytes = bytesOf(value);
  out.string(bytes, 0, bytes.length);
}

function bytesOf(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value));
}
