/**
 * The first step of a search: traces with a matching span, in order, found window by window of the store's order of arrival. Frequent
 * matches end in the first small window; rare ones cost little more than one scan by all threads.
 */
import { LIMITS } from '#limits';
import type { Run } from './answering.ts';
import type { Condition, Filters } from './condition.ts';
import { ORDERS, windowOf, type Cursor, type Order, type Position, type Window } from './order.ts';
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
  const snapshot = search.cursor?.snapshot ?? BigInt(extent?.newest ?? 0);
  const found: Candidate[] = [];
  const seen = new Set<string>();
  let scanned = search.cursor?.position ?? null;
  let level = 0;
  let done = false;
  let statements = 0;
  const rows_max = Math.min(20_000, Math.max(1_000, search.limit * 64));
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
        const window = windowOf(search.order, { oldest, newest: snapshot }, scanned, level);
        const { sql, params } = searchStatement(search, condition, { window, after: scanned }, rows_max);
        const rows = await run<{ traceId: string; position: string[] }>(sql, params, rows_max);
        for (const { traceId, position } of rows) {
          if (!seen.has(traceId)) found.push({ traceId, position: position.map(BigInt) });
          seen.add(traceId);
        }
        const last = rows.at(-1);
        if (last !== undefined && rows.length === rows_max) {
          scanned = last.position.map(BigInt);
        } else {
          scanned = window.end;
          done = scanned === null;
          level += 1;
        }
      }
    },
  };
}

export function searchStatement(search: BoundedSearch, condition: Condition, { window, after }: { readonly window: Window; readonly after: Position | null }, limit: number): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[search.order];
  const beyond = after === null ? { sql: '', params: {} } : afterSql(search.order, after);
  const matches = condition.sql === '1' ? '' : `AND ${condition.sql}`;
  const sql = complete(STATEMENTS.search, {
    position: `[${keys.map(({ column }) => `toString(${column})`).join(', ')}]`,
    conditions: [matches, beyond.sql].filter((one) => one !== '').join('\n  '),
    order: keys.map(({ column }) => `${column}${descending ? ' DESC' : ''}`).join(', '),
  });
  const params = { ...condition.params, ...beyond.params, day_min: firstDay(search.start), start: search.start, end: search.end, block_min: window.first, block_max: window.last, limit };
  return { sql, params };
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
