/**
 * A ClickHouse Native block out of its columns. The format has no length or end of its own: a reader takes as many rows of each column as the
 * head says.
 */
import { ByteWriter } from '#batch';
import type { ColumnWriter } from './columns.ts';

/** Writes columns as one Native block (STANDARDS: ClickHouse Native format, no block info). */
export function encodeBlock(schema: readonly { readonly name: string; readonly type: string }[], columns: readonly ColumnWriter[], rows: number): Uint8Array<ArrayBuffer> {
  let size = 32;
  for (let i = 0; i < columns.length; i++) size += 20 + schema[i]!.name.length + schema[i]!.type.length + columns[i]!.size_bytes();
  const out = new ByteWriter(size);
  out.varuint(columns.length);
  out.varuint(rows);
  for (let i = 0; i < columns.length; i++) {
    for (const text of [schema[i]!.name, schema[i]!.type]) {
      const bytes = Buffer.from(text);
      out.string(bytes, 0, bytes.length);
    }
    columns[i]!.prefix(out);
    columns[i]!.data(out);
  }
  // A copy of the exact size, in a buffer of its own that can be handed to another thread.
  return out.length === out.bytes.length ? out.bytes : out.bytes.slice(0, out.length);
}
