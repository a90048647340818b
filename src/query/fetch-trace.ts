/**
 * Fetches the spans of a trace, or of several, page by page: an answer of 100,000 spans in one piece would hold up everything else on this thread while it is
 * parsed, and would be in memory several times over.
 */
import { LIMITS } from '#limits';
import type { TraceId } from '#model';
import type { Run } from './answering.ts';
import type { Params } from './query-store.ts';
import { spanOf, type Span, type SpanRow, type Trace } from './span.ts';
import { STATEMENTS } from './statements.ts';
import { traceKeyOf } from './trace-key.ts';
import { noteSpans } from './versions.ts';

export const PAGE_SPANS = 5_000;

export async function fetchTrace(id: TraceId, run: Run, page_spans: number = PAGE_SPANS): Promise<Trace> {
  const { spans, more } = await fetchSpans(STATEMENTS.trace, { trace: traceKeyOf(id), trace_id: id }, run, page_spans);
  return traceOf(id, isSeen(spans) ? spans : [], more);
}

/** In the order of the ids, without those of which there is no span. All together carry as many spans as one trace may. */
export async function fetchTraces(ids: readonly string[], run: Run, page_spans: number = PAGE_SPANS): Promise<Trace[]> {
  if (ids.length === 0) return [];
  const { spans, more } = await fetchSpans(STATEMENTS.traces, { traces: ids.map(traceKeyOf), trace_ids: ids }, run, page_spans);
  const byId = Map.groupBy(spans, ({ traceId }) => traceId);
  const traces: Trace[] = [];
  for (const traceId of ids) {
    const own = byId.get(traceId);
    if (own !== undefined && isSeen(own)) traces.push(await traceOf(traceId, own, more));
  }
  return traces;
}

/** Of a trace of which nothing else is seen, there are no outlines either. */
function isSeen(spans: readonly Span[]): boolean {
  return spans.some(({ isOutline }) => isOutline !== true);
}

async function traceOf(traceId: string, stored: readonly Span[], more: boolean): Promise<Trace> {
  const { spans, notes } = await noteSpans(stored);
  return { traceId, spans: spans.sort(byStart), notes, more };
}

/** Which of the traces found go into one answer. The first always does: it is cut, and says so. */
export function fitTogether(found: readonly { readonly traceId: string; readonly spanCount: number }[], spans_max: number = LIMITS.trace_spans_max): { fitting: string[]; leftOut: string[] } {
  const fitting: string[] = [];
  const leftOut: string[] = [];
  let spans = 0;
  for (const { traceId, spanCount } of found) {
    const fits = fitting.length === 0 || spans + spanCount <= spans_max;
    (fits ? fitting : leftOut).push(traceId);
    if (fits) spans += spanCount;
  }
  return { fitting, leftOut };
}

function fetchSpans(statement: string, which: Params, run: Run, page_spans: number): Promise<{ spans: Span[]; more: boolean }> {
  return fetchEach<SpanRow, Span>(statement, which, run, page_spans, spanOf);
}

/** What is made of each row of a statement that goes on from a row, in the order of the store; at most as many as one answer carries. */
export async function fetchEach<Row extends SpanRow, One>(statement: string, which: Params, run: Run, page_spans: number, of: (row: Row) => One): Promise<{ spans: One[]; more: boolean }> {
  const spans: One[] = [];
  let from = { block: 0n, row: 0 };
  while (spans.length <= LIMITS.trace_spans_max) {
    const rows = await run<Row>(statement, { ...which, from_block: from.block, from_row: from.row, limit: page_spans }, page_spans);
    for (const row of rows) spans.push(of(row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < page_spans) break;
    from = { block: BigInt(last.atBlock), row: last.atRow + 1 };
  }
  const more = spans.length > LIMITS.trace_spans_max;
  if (more) spans.length = LIMITS.trace_spans_max;
  return { spans, more };
}

function byStart(left: Span, right: Span): number {
  return left.start < right.start ? -1 : left.start > right.start ? 1 : 0;
}
