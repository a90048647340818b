/**
 * Looking at a share of the spans where all of them would take too long. The share is one in so many granules of the store: those left out are
 * not read at all, and the share covers the whole range. Who answers from a share says so.
 */
import { firstDay } from '#query/candidates';
import type { Run } from '#query/answering';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { EVERYWHERE, type Within } from './narrow.ts';
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

/**
 * Looks at a share, and at a larger one while too little of what is asked for lies in it. Of a service that sends one span in a thousand every
 * granule may be looked at, because only its own rows are read; otherwise one larger share has to do.
 */
export async function lookCloser<T>(share: { readonly first: number; readonly toTheEnd: boolean }, look: (oneIn: number) => Promise<T>, enough: (found: T) => boolean): Promise<{ readonly found: T; readonly oneIn: number }> {
  const last = share.toTheEnd ? 1 : Math.max(1, Math.ceil(share.first / 8));
  for (let oneIn = share.first; ; oneIn = Math.max(last, Math.floor(oneIn / 8))) {
    const found = await look(oneIn);
    if (oneIn <= last || enough(found)) return { found, oneIn };
  }
}

