/** The table `sealed_tokens` under construction: by what the sealed values of a block's spans are found. */
import { SEALED_TOKENS } from '#clickhouse/schema';
import { type ColumnWriter, DictionaryColumn, encodeBlock, PlainColumn } from '#columns';
import { SEAL_KEY_ID_BYTES } from '#keys';
import type { BlockIdentity } from './block-identity.ts';

export class TokenColumns {
  rows = 0;
  /** A token is written here, then the row that has it is added. */
  readonly token = new PlainColumn(4_096);
  readonly #block = new PlainColumn(2_048);
  readonly #row = new PlainColumn(1_024);
  readonly #trace = new PlainColumn(2_048);
  readonly #key = new PlainColumn(2_048);
  readonly #day = new PlainColumn(1_024);
  readonly #retention = new DictionaryColumn();
  readonly #tenant = new DictionaryColumn();
  readonly #columns: readonly ColumnWriter[] = [this.token, this.#block, this.#row, this.#trace, this.#key, this.#day, this.#retention, this.#tenant];

  /** `traceId`: where it begins in `bytes`. */
  add(block: number, row: number, bytes: Uint8Array, traceId: number, keyId: Uint8Array): void {
    this.#block.uint64(block);
    this.#row.uint32(row);
    this.#trace.copy(bytes, traceId + 8, 8);
    this.#key.copy(keyId, 0, SEAL_KEY_ID_BYTES);
    this.rows++;
  }

  /** The Native block, empty where there is no row; everything begins anew. */
  encode({ day, retention, tenant }: BlockIdentity): Uint8Array<ArrayBuffer> {
    if (this.rows === 0) return new Uint8Array(0);
    this.#day.repeat16(day, this.rows);
    this.#retention.pushRun(intern(this.#retention, retention), this.rows);
    this.#tenant.pushRun(intern(this.#tenant, tenant), this.rows);
    const encoded = encodeBlock(SEALED_TOKENS.columns, this.#columns, this.rows);
    for (const column of this.#columns) column.reset();
    this.rows = 0;
    return encoded;
  }
}

function intern(column: DictionaryColumn, text: string): number {
  const bytes = Buffer.from(text);
  return column.intern(bytes, 0, bytes.length);
}
