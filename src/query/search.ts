/**
 * Search in two steps: the positions of matching spans, in an order in which the engine can stop early, then what the list shows of
 * their traces. A trace stands once in all pages, where its best match stands: a later page that meets a weaker match of a
 * trace already shown recognises it, because the second step sees all matches of the trace.
 */
import { LIMITS } from '#limits';
import { conditionOf, type Condition, type Filters } from './condition.ts';
import { before, cursorText, ORDERS, type Cursor, type Order, type Position } from './order.ts';
import type { Params } from './query-store.ts';
import { complete, STATEMENTS } from './statements.ts';
import { traceKeyOf } from './trace-key.ts';

export interface BoundedSearch extends Filters {
  /** Start of the span, nanoseconds since 1970, both included. */
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: number;
  readonly order: Order;
  readonly cursor: Cursor | null;
}

export interface ServiceCount {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

export interface TraceSummary {
  readonly traceId: string;
  readonly rootService: string;
  readonly rootName: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly ServiceCount[];
  readonly matchedSpanCount: number;
  /** At most 20. */
  readonly matchedSpanIds: readonly string[];
  /** Values that minimization replaced in the trace. */
  readonly minimizedCount: number;
}

export interface SearchPage {
  readonly traces: readonly TraceSummary[];
  /** Send it with the same search for the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** Runs a statement for the reader's tenant (`{tenant:String}`) within what is left of the deadline. */
export type Run = <Row>(sql: string, params: Params, rows_max: number) => Promise<Row[]>;

/** What a page may see: blocks up to the snapshot, positions after the last one shown. */
interface Window {
  readonly snapshot: bigint;
  readonly after: Position | null;
}

interface Candidate {
  readonly traceId: string;
  readonly position: Position;
}

/** Rounds of one page: only traces with matches on both sides of a cursor need a second one. */
const ROUNDS_MAX = 16;

export async function runSearch(search: BoundedSearch, run: Run): Promise<SearchPage> {
  const condition = conditionOf(search);
  const traces: TraceSummary[] = [];
  const snapshot = search.cursor?.snapshot ?? (await newestBlock(run));
  let cursor = search.cursor;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const wanted = search.limit - traces.length;
    const candidates = await findCandidates(search, condition, { snapshot, after: cursor?.position ?? null }, wanted + 1, run);
    const first = candidates[0];
    if (first === undefined) return { traces, nextCursor: null };
    const page = candidates.slice(0, wanted);
    traces.push(...(await summarise(search, condition, page, snapshot, run)));
    const last = page.at(-1) ?? first;
    cursor = { order: search.order, snapshot, position: last.position };
    if (candidates.length <= wanted) return { traces, nextCursor: null };
    if (traces.length >= search.limit) break;
  }
  return { traces, nextCursor: cursor === null ? null : cursorText(cursor) };
}

async function newestBlock(run: Run): Promise<bigint> {
  const [row] = await run<{ block: string }>(STATEMENTS.snapshot, {}, 1);
  return BigInt(row?.block ?? 0);
}

async function findCandidates(search: BoundedSearch, condition: Condition, window: Window, limit: number, run: Run): Promise<Candidate[]> {
  const { sql, params } = searchStatement(search, condition, window, limit);
  const rows = await run<{ traceId: string; position: string[] }>(sql, params, limit);
  return rows.map(({ traceId, position }) => ({ traceId, position: position.map(BigInt) }));
}

export function searchStatement(search: BoundedSearch, condition: Condition, { snapshot, after: position }: Window, limit: number): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[search.order];
  const after = position === null ? { sql: '', params: {} } : afterSql(search.order, position);
  const matches = condition.sql === '1' ? '' : `AND ${condition.sql}`;
  const sql = complete(STATEMENTS.search, {
    position: positionSql(keys),
    conditions: ['AND block <= {snapshot:UInt64}', matches, after.sql].filter((one) => one !== '').join('\n  '),
    order: keys.map(({ column }) => `${column}${descending ? ' DESC' : ''}`).join(', '),
  });
  const params = { ...condition.params, ...after.params, day_min: firstDay(search.start), start: search.start, end: search.end, snapshot, limit };
  return { sql, params };
}

function positionSql(keys: readonly { column: string }[]): string {
  return `[${keys.map(({ column }) => `toString(${column})`).join(', ')}]`;
}

function afterSql(order: Order, position: Position): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[order];
  const params: Record<string, bigint> = {};
  const bound = keys.map(({ type }, at) => {
    params[`c${at}`] = position[at] ?? 0n;
    return `{c${at}:${type}}`;
  });
  const columns = keys.map(({ column }) => column);
  const sign = descending ? '<' : '>';
  // The comparison of the first column alone lets the primary key prune.
  const sql = `AND ${columns[0] ?? ''} ${sign}= ${bound[0] ?? ''} AND (${columns.join(', ')}) ${sign} (${bound.join(', ')})`;
  return { sql, params };
}

interface SummaryRow {
  readonly traceId: string;
  readonly startNano: string;
  readonly durationNano: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly root: readonly [string, string];
  /** `sumMap` counts in 64 bits, which arrive as text. */
  readonly services: readonly [readonly string[], readonly string[]];
  readonly serviceErrors: readonly [readonly string[], readonly string[]];
  readonly minimizedCount: number;
  readonly matchedCount: number;
  readonly matchedSpanIds: readonly string[];
  readonly position: readonly string[];
}

/** Summaries of the candidates, in their order, without those whose best match lies before: an earlier page showed them. */
async function summarise(search: BoundedSearch, condition: Condition, page: readonly Candidate[], snapshot: bigint, run: Run): Promise<TraceSummary[]> {
  const { sql, params } = summaryStatement(search, condition, page.map(({ traceId }) => traceId), snapshot);
  const rows = await run<SummaryRow>(sql, params, page.length);
  const byId = new Map(rows.map((row) => [row.traceId, row]));
  return page.flatMap(({ traceId, position }) => {
    const row = byId.get(traceId);
    if (row === undefined || before(search.order, row.position.map(BigInt), position)) return [];
    return [summaryOf(row)];
  });
}

export function summaryStatement(search: BoundedSearch, condition: Condition, traceIds: readonly string[], snapshot: bigint): { sql: string; params: Params } {
  const { keys, descending } = ORDERS[search.order];
  const matches = `(block <= {snapshot:UInt64} AND start BETWEEN {start:UInt64} AND {end:UInt64} AND ${condition.sql})`;
  const tuple = `(${keys.map(({ column }) => column).join(', ')})`;
  const sql = complete(STATEMENTS.summaries, {
    matches,
    best: `arrayMap(n -> toString(n), [${keys.map((_, at) => `toInt128(tupleElement(${descending ? 'max' : 'min'}If(${tuple}, ${matches}), ${at + 1}))`).join(', ')}])`,
  });
  const params = {
    ...condition.params, start: search.start, end: search.end, snapshot,
    traces: traceIds.map(traceKeyOf), trace_ids: traceIds, limit: traceIds.length,
  };
  return { sql, params };
}

function summaryOf(row: SummaryRow): TraceSummary {
  const [errorNames, errorCounts] = row.serviceErrors;
  const [names, counts] = row.services;
  return {
    traceId: row.traceId,
    rootService: row.root[0],
    rootName: row.root[1],
    startTimeUnixNano: row.startNano,
    durationNano: row.durationNano,
    spanCount: row.spanCount,
    errorCount: row.errorCount,
    services: names.map((name, at) => ({ name, spanCount: Number(counts[at] ?? 0), errorCount: Number(errorCounts[errorNames.indexOf(name)] ?? 0) })),
    matchedSpanCount: row.matchedCount,
    matchedSpanIds: row.matchedSpanIds,
    minimizedCount: row.minimizedCount,
  };
}

/** Partitions are days of arrival. A span may lie a day in the future of its arrival, so nothing older than that can match. */
function firstDay(start: bigint): string {
  return dayText(Number(start / 1_000_000n) - LIMITS.future_ms_max - 86_400_000);
}

/** `YYYY-MM-DD` of a time, not before the epoch of the type Date. */
export function dayText(time_ms: number): string {
  return new Date(Math.max(0, time_ms)).toISOString().slice(0, 10);
}
