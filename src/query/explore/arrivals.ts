/** What has arrived since: the traces of new blocks that fulfil the filters. The store's order is the order of arrival, so nothing is read twice. */
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import { conditionOf, type Filters } from '#query/condition';
import { type TraceSummary, summariesOf } from '#query/search';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { rangeParams } from './sample.ts';
import { STATEMENTS } from './statements.ts';

/** How far a tail has looked. */
export interface TailMark {
  readonly newest: bigint;
  /** Blocks near it that have been looked at. */
  readonly seen: ReadonlySet<bigint>;
}

export interface Arrivals {
  /** Newest first. */
  readonly traces: readonly TraceSummary[];
  /** Traces that matched beside those. */
  readonly skipped: number;
  readonly mark: TailMark;
}

/** Traces counted beyond those shown; more are not told apart. */
const SKIPPED_MAX = 5_000;
/** A block is numbered when it is opened, and may become readable after some that were opened later. */
const LATE_BLOCKS = 64n;
const BLOCKS_MAX = 8_192;

export async function markNow(run: Run): Promise<TailMark> {
  const [row] = await run<{ newest: string }>(STATEMENTS.extent, {}, 1);
  const newest = BigInt(row?.newest ?? 0);
  return markOf(newest, await blocksFrom(newest, run));
}

export async function findArrivals(filters: Filters, range: Range, since: TailMark, run: Run): Promise<Arrivals> {
  const there = await blocksFrom(since.newest, run);
  const blocks = there.filter((block) => !since.seen.has(block));
  const newest = there[0] ?? since.newest;
  const mark = markOf(newest, there);
  if (blocks.length === 0 || run.sight.isBlindTo(filters.attributes)) return { traces: [], skipped: 0, mark };
  const condition = conditionOf(filters, run.sealed);
  const limit = LIMITS.tail_traces_max + SKIPPED_MAX;
  const sql = complete(STATEMENTS.arrivals, { conditions: condition.sql });
  const found = await run<{ traceId: string }>(sql, { ...condition.params, ...rangeParams(range), blocks, limit }, limit);
  const shown = found.slice(0, LIMITS.tail_traces_max).map(({ traceId }) => traceId);
  const traces = shown.length === 0 ? [] : await summariesOf({ ...filters, ...range }, condition, shown, newest, run);
  return { traces, skipped: found.length - shown.length, mark };
}

/** Newest first. */
async function blocksFrom(newest: bigint, run: Run): Promise<bigint[]> {
  const first = newest > LATE_BLOCKS ? newest - LATE_BLOCKS : 0n;
  const rows = await run<{ id: string }>(STATEMENTS.blocks, { first, limit: BLOCKS_MAX }, BLOCKS_MAX);
  return rows.map(({ id }) => BigInt(id));
}

function markOf(newest: bigint, there: readonly bigint[]): TailMark {
  return { newest, seen: new Set(there.filter((block) => block >= newest - LATE_BLOCKS)) };
}
