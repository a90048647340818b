/**
 * The first step of a search: traces with a matching span, in order, found some blocks at a time in the store's order of arrival. Frequent
 * matches end with the first few blocks; of rare ones the index (`excluded-blocks.ts`) says where they may be.
 */
import { LIMITS } from '#limits';
import type { Run } from './answering.ts';
import { BlocksAhead, endOf, sizeOf } from './blocks-ahead.ts';
import type { Condition, Filters } from './condition.ts';
import { type BlockRange, rangesToRead, wantedItems } from './excluded-blocks.ts';
import { ORDERS, type Cursor, type Order, type Position } from './order.ts';
import type { Params } from './query-store.ts';
import { complete, STATEMENTS } from './statements.ts';

export interface BoundedSearch extends Filters {
  /** Start of the span, nanoseconds since 1970, both included. */
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number;
  readonly order: Order;
  readonly cursor: Cursor | null;
}

/** Statements of one page. A page that would need more is short and goes on with its cursor. */
const STATEMENTS_MAX = 64;
/** Blocks that a search reads first: a few ten thousand spans. */
const BLOCKS_FIRST = 8n;
const SPARSE_SHARE = 0.5;
/** How many times as many it reads next, at most. */
const GROWTH = 16n;
/** Ranges of so many blocks are named block by block. */
const NAMED_MAX = 64n;

export interface Candidate {
  readonly traceId: string;
  readonly position: Position;
}

/** Traces with a match, each once, in order, as far as anybody asked for them. */
export interface Candidates {
  readonly snapshot: bigint;
  readonly isEmpty: boolean;
  /** Everything before it has been looked at; null when there is no more. */
  readonly scanned: Position | null;
  fill(count: number): Promise<void>;
  take(count: number): Candidate[];
}

export async function openCandidates(search: BoundedSearch, condition: Condition, run: Run): Promise<Candidates> {
  const [extent] = await run<{ oldest: string; newest: string }>(STATEMENTS.extent, {}, 1);
  const oldest = BigInt(extent?.oldest ?? 0);
  const newest = BigInt(extent?.newest ?? 0);
  const snapshot = search.cursor?.snapshot ?? newest;
  const found: Candidate[] = [];
  const seen = new Set<string>();
  let scanned = search.cursor?.position ?? null;
  let done = false;
  let statements = 0;
  let blocks = BLOCKS_FIRST;
  let read = 0n;
  const rows_max = Math.min(20_000, Math.max(1_000, search.limit * 64));
  const { items, sealed, attributes } = wantedItems(search, run.sight, run.sealed);
  const ahead = new BlocksAhead({
    order: search.order, extent: { oldest, newest: lesser(snapshot, newest) }, from: scanned,
    // What is asked of services and operations alone is mostly found in the first blocks.
    rangesToRead: async (range) => (items.length === 0 || (!attributes && read === 0n) ? [range] : rangesToRead({ items, sealed, start: search.start, end: search.end, firstDay: firstDay(search.start) }, range, run)),
  });
  return {
    snapshot,
    get isEmpty() {
      return found.length === 0;
    },
    get scanned() {
      return done ? null : scanned;
    },
    take: (count) => found.splice(0, count),
    async fill(count) {
      while (!done && found.length < count && statements < STATEMENTS_MAX) {
        statements += 1;
        // Where the index leaves few blocks, most of them have a match: as many as traces are wanted will do.
        if (read === 0n && (await ahead.share()) < SPARSE_SHARE && BigInt(count) > blocks) blocks = BigInt(count);
        const ranges = await ahead.take(blocks);
        if (ranges.length === 0) {
          done = true;
          break;
        }
        const { sql, params } = searchStatement(search, condition, { ranges, after: scanned }, rows_max);
        const rows = await run<{ traceId: string; position: string[] }>(sql, params, rows_max);
        for (const { traceId, position } of rows) {
          if (!seen.has(traceId)) found.push({ traceId, position: position.map(BigInt) });
          seen.add(traceId);
        }
        const last = rows.at(-1);
        if (last !== undefined && rows.length === rows_max) {
          scanned = last.position.map(BigInt);
          ahead.giveBack(ranges, scanned);
          continue;
        }
        scanned = endOf(search.order, ranges);
        done = ahead.isEmpty;
        read += ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
        blocks = nextBlocks(blocks, { read, found: seen.size, missing: count - found.length });
      }
    },
  };
}

function lesser(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

/** As many blocks as will do for what is missing if matches stay as frequent, and some more. */
function nextBlocks(blocks: bigint, { read, found, missing }: { readonly read: bigint; readonly found: number; readonly missing: number }): bigint {
  const most = blocks * GROWTH;
  if (found === 0) return most;
  const wanted = BigInt(Math.ceil(((Math.max(1, missing) * Number(read)) / found) * 1.5));
  return wanted > most ? most : wanted > BLOCKS_FIRST ? wanted : BLOCKS_FIRST;
}

export function searchStatement(search: BoundedSearch, condition: Condition, { ranges, after }: { readonly ranges: readonly BlockRange[]; readonly after: Position | null }, limit: number): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[search.order];
  const beyond = after === null ? { sql: '', params: {} } : afterSql(search.order, after);
  const matches = condition.sql === '1' ? '' : `AND ${condition.sql}`;
  const within = blocksSql(ranges);
  const sql = complete(STATEMENTS.search, {
    position: `[${keys.map(({ column }) => `toString(${column})`).join(', ')}]`,
    blocks: within.sql,
    conditions: [matches, beyond.sql].filter((one) => one !== '').join('\n  '),
    order: keys.map(({ column }) => `${column}${descending ? ' DESC' : ''}`).join(', '),
  });
  const params = { ...condition.params, ...beyond.params, ...within.params, day_min: firstDay(search.start), start: search.start, end: search.end, limit };
  return { sql, params };
}

/** Rows of these blocks. */
export function blocksSql(ranges: readonly BlockRange[]): { sql: string; params: Params } {
  const params: Record<string, Params[string]> = {};
  const named = ranges.filter((range) => sizeOf(range) <= NAMED_MAX).flatMap(({ first, last }) => Array.from({ length: Number(last - first) + 1 }, (_, at) => first + BigInt(at)));
  const parts = ranges.filter((range) => sizeOf(range) > NAMED_MAX).map(({ first, last }, at) => {
    params[`first${at}`] = first;
    params[`last${at}`] = last;
    return `block BETWEEN {first${at}:UInt64} AND {last${at}:UInt64}`;
  });
  if (named.length > 0) {
    params['blocks'] = named;
    parts.push('block IN {blocks:Array(UInt64)}');
  }
  return { sql: `(${parts.join(' OR ')})`, params };
}

function afterSql(order: Order, position: Position): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[order];
  const params: Record<string, bigint> = {};
  const bound = keys.map(({ type }, at) => {
    params[`c${at}`] = position[at] ?? 0n;
    return `{c${at}:${type}}`;
  });
  return { sql: `AND (${keys.map(({ column }) => column).join(', ')}) ${descending ? '<' : '>'} (${bound.join(', ')})`, params };
}

/** Partitions are days of arrival. A span may lie a day in the future of its arrival, so nothing older than that can match. */
export function firstDay(start: bigint): string {
  return dayText(Number(start / 1_000_000n) - LIMITS.future_ms_max - 86_400_000);
}

/** `YYYY-MM-DD` of a time, not before the epoch of the type Date. */
export function dayText(time_ms: number): string {
  return new Date(Math.max(0, time_ms)).toISOString().slice(0, 10);
}
