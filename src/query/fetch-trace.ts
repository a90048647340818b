/**
 * Fetches the spans of a trace page by page: an answer of 100,000 spans in one piece would hold up everything else on this thread while it is
 * parsed, and would be in memory several times over.
 */
import { LIMITS } from '#limits';
import type { TraceId } from '#model';
import type { Run } from './candidates.ts';
import { spanOf, type Span, type SpanRow, type Trace } from './span.ts';
import { STATEMENTS } from './statements.ts';
import { traceKeyOf } from './trace-key.ts';

const PAGE_SPANS = 5_000;

export async function fetchTrace(id: TraceId, run: Run, page_spans: number = PAGE_SPANS): Promise<Trace> {
  const spans: Span[] = [];
  let from = { block: 0n, row: 0 };
  while (spans.length <= LIMITS.trace_spans_max) {
    const params = { trace: traceKeyOf(id), trace_id: id, from_block: from.block, from_row: from.row, limit: page_spans };
    const rows = await run<SpanRow>(STATEMENTS.trace, params, page_spans);
    for (const row of rows) spans.push(spanOf(row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < page_spans) break;
    from = { block: BigInt(last.atBlock), row: last.atRow + 1 };
  }
  const more = spans.length > LIMITS.trace_spans_max;
  if (more) spans.length = LIMITS.trace_spans_max;
  return { traceId: id, spans: spans.sort(byStart), more };
}

function byStart(left: Span, right: Span): number {
  return left.start < right.start ? -1 : left.start > right.start ? 1 : 0;
}
