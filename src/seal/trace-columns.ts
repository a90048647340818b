/** The table `traces` under construction: for each trace of a request, which rows of the block are its own. */
import { TRACES } from '#clickhouse/schema';
import { type ColumnWriter, DictionaryColumn, encodeBlock, PlainColumn } from '#columns';
import type { MinimizedBatch } from '#minimize';
import type { BlockIdentity } from './block-identity.ts';
import type { TraceOrder } from './trace-order.ts';

export class TraceColumns {
  rows = 0;
  readonly #trace = new PlainColumn(8 * 1_024);
  readonly #block = new PlainColumn(8 * 1_024);
  readonly #first = new PlainColumn(4 * 1_024);
  readonly #last = new PlainColumn(4 * 1_024);
  readonly #day = new PlainColumn(2 * 1_024);
  readonly #retention = new DictionaryColumn();
  readonly #columns: readonly ColumnWriter[] = [this.#trace, this.#block, this.#first, this.#last, this.#day, this.#retention];

  /** Appends the traces of a request whose spans begin at row `firstRow` of the block. */
  append(batch: MinimizedBatch, order: TraceOrder, identity: BlockIdentity, firstRow: number): void {
    const retention = Buffer.from(identity.retention);
    const index = this.#retention.intern(retention, 0, retention.length);
    for (let trace = 0; trace < order.traces; trace++) {
      const from = order.starts[trace]!;
      const to = trace + 1 < order.traces ? order.starts[trace + 1]! : order.taken;
      this.#trace.copy(batch.bytes, batch.traceId[order.order[from]!]! + 8, 8);
      this.#block.uint64(identity.block);
      this.#first.uint32(firstRow + from);
      this.#last.uint32(firstRow + to - 1);
      this.#day.uint8(identity.day & 255);
      this.#day.uint8(identity.day >>> 8);
      this.#retention.pushIndex(index);
      this.rows++;
    }
  }

  /** The Native block, and the low halves of the trace keys in it. */
  encode(): { bytes: Uint8Array<ArrayBuffer>; keys: Uint32Array<ArrayBuffer> } {
    const keys = new Uint32Array(this.rows);
    const view = this.#trace.view();
    for (let row = 0; row < this.rows; row++) keys[row] = (view[row * 8]! | (view[row * 8 + 1]! << 8) | (view[row * 8 + 2]! << 16) | (view[row * 8 + 3]! << 24)) >>> 0;
    const bytes = encodeBlock(TRACES.columns, this.#columns, this.rows);
    for (const column of this.#columns) column.reset();
    this.rows = 0;
    return { bytes, keys };
  }
}

