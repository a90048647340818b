/**
 * The blocks that a search still has to read, in its order: taken a few at a time, so that it can stop early. Where the index is asked, it is
 * asked for some thousand blocks first and for more the longer nothing is found.
 */
import type { Position, Order } from './order.ts';
import { ROW_MAX } from './order.ts';
import type { BlockRange } from './excluded-blocks.ts';

/** Blocks that one look at the index is about; beyond, all that are left. */
const LOOKED_UP = [4_096n, 65_536n] as const;
/** Ranges of one statement. */
const RANGES_MAX = 512;

export interface BlocksAheadOptions {
  readonly order: Order;
  readonly extent: { readonly oldest: bigint; readonly newest: bigint };
  /** Where an earlier page ended. */
  readonly from: Position | null;
  /** The parts of a range that may hold a match, in ascending order. */
  readonly rangesToRead: (range: BlockRange) => Promise<readonly BlockRange[]>;
}

export class BlocksAhead {
  readonly #options: BlocksAheadOptions;
  /** Looked up and not taken yet, the next one first. */
  #ahead: BlockRange[] = [];
  /** The next block that was not looked up. */
  #next: bigint;
  #looks = 0;
  #share = 1;

  constructor(options: BlocksAheadOptions) {
    this.#options = options;
    const { order, extent, from } = options;
    const { oldest, newest } = extent;
    if (order === 'newest') {
      const next = from === null ? newest : blockOf(from) - (rowOf(from) === 0n ? 1n : 0n);
      this.#next = next < newest ? next : newest;
    } else if (order === 'oldest') {
      const next = from === null ? oldest : blockOf(from) + (rowOf(from) === ROW_MAX ? 1n : 0n);
      this.#next = next > oldest ? next : oldest;
    } else this.#next = oldest;
  }

  get isEmpty(): boolean {
    const { order, extent } = this.#options;
    return this.#ahead.length === 0 && (order === 'newest' ? this.#next < extent.oldest : this.#next > extent.newest);
  }

  /** Which share of the blocks that are looked up next has to be read. */
  async share(): Promise<number> {
    while (this.#ahead.length === 0 && !this.isEmpty) await this.#lookUp();
    return this.#share;
  }

  /** About so many blocks, as ranges in the search's order; none when nothing is left. Orders by duration take all: their best may be anywhere. */
  async take(blocks: bigint): Promise<BlockRange[]> {
    await this.share();
    const { order } = this.#options;
    if (order === 'longest' || order === 'shortest') return together(this.#ahead.splice(0));
    const taken: BlockRange[] = [];
    let left = blocks;
    while (left > 0n && taken.length < RANGES_MAX) {
      const range = this.#ahead.shift();
      if (range === undefined) break;
      const [now, later] = cut(range, left, order === 'newest');
      taken.push(now);
      if (later !== null) this.#ahead.unshift(later);
      left -= sizeOf(now);
    }
    return taken;
  }

  /** Of ranges that were taken, gives back what lies at a position and beyond it. */
  giveBack(ranges: readonly BlockRange[], position: Position): void {
    const { order } = this.#options;
    const block = blockOf(position);
    if (order === 'newest') this.#ahead.unshift(...ranges.filter(({ first }) => first <= block).map(({ first, last }) => ({ first, last: last < block ? last : block })));
    else if (order === 'oldest') this.#ahead.unshift(...ranges.filter(({ last }) => last >= block).map(({ first, last }) => ({ first: first > block ? first : block, last })));
    else this.#ahead.unshift(...ranges);
  }

  async #lookUp(): Promise<void> {
    const { order, extent, rangesToRead } = this.#options;
    const size = order === 'newest' || order === 'oldest' ? LOOKED_UP[this.#looks++] : undefined;
    const wanted = size === undefined ? extent.newest - extent.oldest + 1n : size;
    if (order === 'newest') {
      const last = this.#next;
      const first = last - wanted + 1n > extent.oldest ? last - wanted + 1n : extent.oldest;
      this.#next = first - 1n;
      this.#ahead = [...(await rangesToRead({ first, last }))].reverse();
      this.#share = shareOf(this.#ahead, { first, last });
    } else {
      const first = this.#next;
      const last = first + wanted - 1n < extent.newest ? first + wanted - 1n : extent.newest;
      this.#next = last + 1n;
      this.#ahead = [...(await rangesToRead({ first, last }))];
      this.#share = shareOf(this.#ahead, { first, last });
    }
  }
}

function shareOf(ranges: readonly BlockRange[], all: BlockRange): number {
  return Number(ranges.reduce((sum, range) => sum + sizeOf(range), 0n)) / Number(sizeOf(all));
}

export function sizeOf({ first, last }: BlockRange): bigint {
  return last - first + 1n;
}

/** Where the order goes on after ranges that were read to their end. */
export function endOf(order: Order, ranges: readonly BlockRange[]): Position {
  const range = ranges.at(-1);
  if (range === undefined) throw new Error('cannot go on after no range');
  return order === 'newest' ? [range.first, 0n] : [range.last, ROW_MAX];
}

function cut(range: BlockRange, blocks: bigint, fromTheEnd: boolean): [now: BlockRange, later: BlockRange | null] {
  const { first, last } = range;
  if (sizeOf(range) <= blocks) return [range, null];
  return fromTheEnd ? [{ first: last - blocks + 1n, last }, { first, last: last - blocks }] : [{ first, last: first + blocks - 1n }, { first: first + blocks, last }];
}

/** Too many ranges for one statement are read as one. */
function together(ranges: BlockRange[]): BlockRange[] {
  const [lowest, highest] = [ranges[0], ranges.at(-1)];
  return ranges.length <= RANGES_MAX || lowest === undefined || highest === undefined ? ranges : [{ first: lowest.first, last: highest.last }];
}

function blockOf(position: Position): bigint {
  return position[0] ?? 0n;
}

function rowOf(position: Position): bigint {
  return position[1] ?? 0n;
}
