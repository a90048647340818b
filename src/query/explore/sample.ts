/**
 * Looking at a share of the spans where all of them would take too long. The share is one in so many granules of the store: those left out are
 * not read at all, and the share covers the whole range. Who answers from a share says so.
 */
import { firstDay } from '#query/candidates';
import type { Run } from '#query/answering';
import type { Filters } from '#query/condition';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { blocksFor, EVERYWHERE, type Within } from './narrow.ts';
import { STATEMENTS } from './statements.ts';

export function rangeParams({ start, end }: Range): { readonly day_min: string; readonly start: bigint; readonly end: bigint } {
  return { day_min: firstDay(start), start, end };
}

/** One in how many granules to read so that about `rows_max` rows of the range are; 1 when all of them are few enough. */
export async function shareOf(range: Range, rows_max: number, run: Run, within: Within = EVERYWHERE): Promise<number> {
  const sql = complete(STATEMENTS.estimate, { within: within.sql });
  // One row for each table.
  const estimates = await run<{ rows: string | number }>(sql, { ...rangeParams(range), ...within.params }, 100);
  return Math.max(1, Math.ceil(estimates.reduce((rows, estimate) => rows + Number(estimate.rows), 0) / rows_max));
}

export interface Looked<T> {
  readonly found: T;
  readonly oneIn: number;
}

/**
 * Looks at a share, and once more when too little of what is asked for lies in it: then only at blocks that may have it, if the index knows, and at
 * more of them. Somebody waits for the answer, so there is no third time.
 */
export async function lookTwice<T>(filters: Filters, range: Range, rows_max: number, run: Run, look: (oneIn: number, within: Within) => Promise<T>, enough: (found: T) => boolean): Promise<Looked<T>> {
  const first = await shareOf(range, rows_max, run);
  const found = await look(first, EVERYWHERE);
  if (first === 1 || enough(found)) return { found, oneIn: first };
  const within = await blocksFor(filters, range, run);
  const second = Math.min(Math.ceil(first / MORE), await shareOf(range, rows_max, run, within));
  return { found: await look(second, within), oneIn: second };
}

/** How many times as much is looked at the second time. */
const MORE = 4;
