/**
 * Search in two steps: the positions of matching spans, window by window so that it stops early, then what the list shows of their
 * traces. A trace stands once in all pages, where its best match stands: a later page that meets a weaker match of a
 * trace already shown recognises it, because the second step sees all matches of the trace.
 */
import type { Run } from './answering.ts';
import { openCandidates, type BoundedSearch, type Candidate } from './candidates.ts';
import { conditionOf, type Condition, type Filters } from './condition.ts';
import { before, cursorText, ORDERS, type Position } from './order.ts';
import type { Params } from './query-store.ts';
import type { Range } from './search-bounds.ts';
import { complete, STATEMENTS } from './statements.ts';
import { traceKeyOf } from './trace-key.ts';

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
  /** Values that minimization replaced in the trace, without those that it sealed. */
  readonly minimizedCount: number;
  readonly sealedCount: number;
}

export interface SearchPage {
  readonly traces: readonly TraceSummary[];
  /** Send it with the same search for the next page; null at the end. */
  readonly nextCursor: string | null;
}

export async function runSearch(search: BoundedSearch, run: Run): Promise<SearchPage> {
  if (run.sight.isBlindTo(search.attributes)) return { traces: [], nextCursor: null };
  const condition = conditionOf(search, run.sealed);
  const candidates = await openCandidates(search, condition, run);
  const traces: TraceSummary[] = [];
  let last: Position | null = null;
  while (traces.length < search.limit) {
    // One more than shown, to know whether there is a next page.
    await candidates.fill(search.limit - traces.length + 1);
    const page = candidates.take(search.limit - traces.length);
    if (page.length === 0) break;
    last = page.at(-1)?.position ?? last;
    traces.push(...(await summarise(search, condition, page, candidates.snapshot, run)));
  }
  const next = candidates.isEmpty ? candidates.scanned : last;
  return { traces, nextCursor: next === null ? null : cursorText({ order: search.order, snapshot: candidates.snapshot, position: next }) };
}

/** Per trace, how many spans name a parent that is not in it. Traces without such spans are left out. */
export async function countOrphans(traceIds: readonly string[], run: Run): Promise<Map<string, number>> {
  if (traceIds.length === 0) return new Map();
  const params = { traces: traceIds.map(traceKeyOf), trace_ids: traceIds, limit: traceIds.length };
  const rows = await run<{ traceId: string; orphanCount: number }>(STATEMENTS.orphans, params, traceIds.length);
  return new Map(rows.map(({ traceId, orphanCount }) => [traceId, orphanCount]));
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
  readonly sealedCount: number;
  readonly matchedCount: number;
  readonly matchedSpanIds: readonly string[];
  readonly position: readonly string[];
}

/** Summaries of these traces, in their order. */
export async function summariesOf(filters: Filters & Range, condition: Condition, traceIds: readonly string[], snapshot: bigint, run: Run): Promise<TraceSummary[]> {
  const { sql, params } = summaryStatement({ ...filters, order: 'newest', limit: traceIds.length, cursor: null }, condition, traceIds, snapshot);
  const rows = await run<SummaryRow>(sql, params, traceIds.length);
  const byId = new Map(rows.map((row) => [row.traceId, row]));
  return traceIds.flatMap((traceId) => byId.get(traceId) ?? []).map(summaryOf);
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
    sealedCount: row.sealedCount,
  };
}
