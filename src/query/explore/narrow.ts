/**
 * Where spans that fulfil filters may be, and which of the filters cost little: what a chart reads is first narrowed by the index of attributes
 * and by the small columns, and only then are attributes looked at.
 */
import type { Run } from '#query/answering';
import { blocksSql, firstDay } from '#query/candidates';
import { conditionOf, type Filters } from '#query/condition';
import { rangesToRead, wantedItems } from '#query/excluded-blocks';
import type { Params } from '#query/query-store';
import type { Range } from '#query/search-bounds';
import { STATEMENTS } from './statements.ts';

/** A condition on blocks. */
export interface Within {
  readonly sql: string;
  readonly params: Params;
}

export const EVERYWHERE: Within = { sql: '1', params: {} };
const NOWHERE: Within = { sql: '0', params: {} };

export interface Narrowed {
  readonly within: Within;
  /** Filters on columns that cost little to read, and on blocks. */
  readonly narrow: string;
  /** All filters. */
  readonly conditions: string;
  /** Of both. */
  readonly params: Params;
  readonly byAttributes: boolean;
}

/** More ranges than this: reading all blocks costs less than naming those. */
const RANGES_MAX = 512;

export async function narrowed(filters: Filters, range: Range, run: Run): Promise<Narrowed> {
  const fields = filters.attributes.filter(({ place }) => place === 'field');
  const others = filters.attributes.filter(({ place }) => place !== 'field');
  // INVARIANT: parameters are named in the order of the filters, so those of the first are among those of the second, under the same names.
  const narrow = conditionOf({ ...filters, attributes: fields }, run.sealed);
  const all = conditionOf({ ...filters, attributes: [...fields, ...others] }, run.sealed);
  if (run.sight.isBlindTo(filters.attributes)) return { within: NOWHERE, narrow: NOWHERE.sql, conditions: NOWHERE.sql, params: {}, byAttributes: false };
  const within = others.length === 0 ? EVERYWHERE : await blocksFor(filters, range, run);
  return { within, narrow: `${within.sql} AND ${narrow.sql}`, conditions: `${within.sql} AND ${all.sql}`, params: { ...all.params, ...within.params }, byAttributes: others.length > 0 };
}

/** Blocks that may hold a match, as far as the index knows. */
export async function blocksFor(filters: Filters, { start, end }: Range, run: Run): Promise<Within> {
  const { items, sealed } = wantedItems(filters, run.sight, run.sealed);
  if (items.length === 0) return EVERYWHERE;
  const [extent] = await run<{ oldest: string; newest: string }>(STATEMENTS.extent, {}, 1);
  const whole = { first: BigInt(extent?.oldest ?? 0), last: BigInt(extent?.newest ?? 0) };
  const ranges = await rangesToRead({ items, sealed, start, end, firstDay: firstDay(start) }, whole, run);
  if (ranges.length === 0) return NOWHERE;
  return ranges.length > RANGES_MAX ? EVERYWHERE : blocksSql(ranges);
}
