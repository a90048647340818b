/**
 * The leaves of a block: one span entry per row (docs/reference/log-format.md), computed from ClickHouse Native columns. A worker computes them from
 * what it has just encoded, verification from what the engine returns, with this same code: what is hashed is what is stored.
 */
import { HASH_BYTES } from '#merkle';
import { BlockTree, GROUP_ROWS } from './block-tree.ts';
import { MalformedGroup } from './group-digests.ts';
import { NativeReader } from './native-block.ts';
import { MalformedNative } from './native-columns.ts';
import { Salts } from './salts.ts';
import { SpanColumns } from './span-columns.ts';
import { type RestrictedField, SpanEntries } from './span-entry.ts';

export { GROUP_ROWS } from './block-tree.ts';
export { MalformedGroup } from './group-digests.ts';
export { MalformedNative } from './native-columns.ts';
export { BLOCK_SALT_BYTES } from './salts.ts';
export type { RestrictedField } from './span-entry.ts';

export interface Leaves {
  /** Root of the tree of all rows, 32 bytes. */
  readonly root: Uint8Array;
  /** The roots of each 256 rows, one after another. */
  readonly groups: Uint8Array;
  readonly rows: number;
  /** What rows have sealed. */
  readonly seals: number;
  /** Earliest and latest start, nanoseconds since 1970, decimal. */
  readonly first: string;
  readonly last: string;
}

/** What became of one of several blocks: its leaves, or why it has none. */
export interface BlockOfMany {
  readonly block: number;
  readonly leaves: Leaves | RowsMisplaced | MalformedGroup | MalformedNative;
}

/** One row's leaf. */
export interface RowLeaf {
  readonly row: number;
  /** The span entry, as the format says. */
  readonly entry: Uint8Array;
  readonly hash: Uint8Array;
  readonly restricted: readonly RestrictedField[];
}

/** What is not in the order of rows, or not whole: then there is no root. */
export class RowsMisplaced extends Error {
  /** The row that should have come next. */
  readonly row: number;

  constructor(row: number) {
    super(`cannot compute leaves: row ${row} is not where it should be`);
    this.name = 'RowsMisplaced';
    this.row = row;
  }
}

/** Keeps its memory from block to block. */
export class BlockLeaves {
  readonly #reader = new NativeReader();
  readonly #salts = new Salts();
  readonly #entries: SpanEntries;
  readonly #tree = new BlockTree();

  /** `restricts`: which attribute keys the policy restricts, and `status.message` for the status message. */
  constructor(restricts: (key: string) => boolean) {
    this.#entries = new SpanEntries(restricts, this.#salts);
  }

  /**
   * `native` holds the rows of one block, all of them in order, as a stream of Native blocks. Throws `MalformedNative`, `MalformedGroup`, or
   * `RowsMisplaced` if a row is missing, there twice, or out of order.
   */
  compute(native: Uint8Array, salt: Uint8Array): Leaves {
    const tree = this.#tree;
    const entries = this.#entries;
    const starts = new Starts();
    tree.clear();
    let rows = 0;
    let seals = 0;
    for (const columns of this.#blocks(native, salt)) {
      starts.add(columns);
      seals += columns.sealed[columns.rows]! - columns.sealed[0]!;
      for (let at = 0; at < columns.rows; at++, rows++) {
        if (rowOf(columns, at) !== rows) throw new RowsMisplaced(rows);
        entries.write(at, rows);
        entries.out.digest(tree.bytes, tree.place);
        tree.added();
      }
    }
    return { ...tree.close(), rows, seals, first: starts.first(), last: starts.last() };
  }

  /**
   * The same for the rows of several blocks, each in one piece; `saltOf` gives null for a block that is not asked for. Gives a block when its last row
   * was seen, and null after every 256 rows, so that whoever shares its thread can pause. A block that has no root holds up no other.
   */
  *computeEach(native: Uint8Array, saltOf: (block: number) => Uint8Array | null): Generator<BlockOfMany | null> {
    let run = null as BlockRun | null;
    this.#reader.begin(native);
    while (this.#reader.next()) {
      if (this.#reader.rows === 0) continue;
      const columns = new SpanColumns(this.#reader);
      const blocks = this.#reader.fixed('block', 8);
      if (run !== null) this.#entries.begin(columns);
      for (let at = 0; at < columns.rows; at++) {
        const block = Number(columns.native.view.getBigUint64(blocks.start + at * 8, true));
        if (run?.block !== block) {
          if (run !== null) yield { block: run.block, leaves: this.#endRun(run) };
          const salt = saltOf(block);
          run = { block, salted: salt !== null, rows: 0, seals: 0, starts: new Starts(), error: null };
          this.#tree.clear();
          if (salt !== null) {
            this.#salts.begin(salt);
            this.#entries.begin(columns);
          }
        }
        this.#addRow(run, columns, at);
        if (at % GROUP_ROWS === GROUP_ROWS - 1) yield null;
      }
    }
    if (run !== null) yield { block: run.block, leaves: this.#endRun(run) };
  }

  #addRow(run: BlockRun, columns: SpanColumns, at: number): void {
    if (!run.salted || run.error !== null) return;
    if (rowOf(columns, at) !== run.rows) {
      run.error = new RowsMisplaced(run.rows);
      return;
    }
    try {
      this.#entries.write(at, run.rows);
    } catch (error) {
      // What was changed may not even be readable; the block before and the one after are.
      if (!(error instanceof MalformedGroup || error instanceof MalformedNative)) throw error;
      run.error = error;
      return;
    }
    run.rows++;
    run.seals += columns.sealed[at + 1]! - columns.sealed[at]!;
    run.starts.addRow(columns, at);
    this.#entries.out.digest(this.#tree.bytes, this.#tree.place);
    this.#tree.added();
  }

  #endRun(run: BlockRun): BlockOfMany['leaves'] {
    if (run.error !== null) return run.error;
    return { ...this.#tree.close(), rows: run.rows, seals: run.seals, first: run.starts.first(), last: run.starts.last() };
  }

  /** The hashes of the leaves of a range of rows, one after another; `first` is the number of the row that must be there first. */
  hashesOf(native: Uint8Array, salt: Uint8Array, first: number): Uint8Array {
    const hashes: Buffer[] = [];
    let row = first;
    for (const columns of this.#blocks(native, salt)) {
      const some = Buffer.alloc(columns.rows * HASH_BYTES);
      for (let at = 0; at < columns.rows; at++, row++) {
        if (rowOf(columns, at) !== row) throw new RowsMisplaced(row);
        this.#entries.write(at, row);
        this.#entries.out.digest(some, at * HASH_BYTES);
      }
      hashes.push(some);
    }
    return joined(hashes);
  }

  /** The leaves of rows of a block, as many and in the order in which they come; for evidence. */
  rowsOf(native: Uint8Array, salt: Uint8Array): RowLeaf[] {
    const leaves: RowLeaf[] = [];
    for (const columns of this.#blocks(native, salt)) {
      for (let at = 0; at < columns.rows; at++) {
        const row = rowOf(columns, at);
        this.#entries.write(at, row);
        const { out } = this.#entries;
        const hash = Buffer.alloc(HASH_BYTES);
        out.digest(hash, 0);
        // Without the byte that makes it a leaf.
        leaves.push({ row, entry: Uint8Array.from(out.bytes.subarray(1, out.length)), hash, restricted: this.#entries.restricted(at, row) });
      }
    }
    return leaves;
  }

  *#blocks(native: Uint8Array, salt: Uint8Array): Generator<SpanColumns> {
    this.#salts.begin(salt);
    this.#reader.begin(native);
    while (this.#reader.next()) {
      if (this.#reader.rows === 0) continue;
      const columns = new SpanColumns(this.#reader);
      this.#entries.begin(columns);
      yield columns;
    }
  }
}

/** A block of several, as far as its rows were seen. */
interface BlockRun {
  readonly block: number;
  readonly salted: boolean;
  readonly starts: Starts;
  rows: number;
  seals: number;
  error: RowsMisplaced | MalformedGroup | MalformedNative | null;
}

/** In a buffer of their own, so that nothing else goes along to another thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function rowOf({ native, row }: SpanColumns, at: number): number {
  return native.view.getUint32(row.start + at * 4, true);
}

/** The earliest and the latest start, in halves, which are faster than big numbers. */
class Starts {
  #firstLow = 0xffff_ffff;
  #firstHigh = 0xffff_ffff;
  #lastLow = 0;
  #lastHigh = 0;

  add(columns: SpanColumns): void {
    for (let row = 0; row < columns.rows; row++) this.addRow(columns, row);
  }

  addRow({ native: { view }, start }: SpanColumns, row: number): void {
    const low = view.getUint32(start.start + row * 8, true);
    const high = view.getUint32(start.start + row * 8 + 4, true);
    if (high < this.#firstHigh || (high === this.#firstHigh && low < this.#firstLow)) {
      this.#firstHigh = high;
      this.#firstLow = low;
    }
    if (high > this.#lastHigh || (high === this.#lastHigh && low > this.#lastLow)) {
      this.#lastHigh = high;
      this.#lastLow = low;
    }
  }

  first(): string {
    return String((BigInt(this.#firstHigh) << 32n) | BigInt(this.#firstLow));
  }

  last(): string {
    return String((BigInt(this.#lastHigh) << 32n) | BigInt(this.#lastLow));
  }
}
