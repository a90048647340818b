/**
 * A trace for drawing: its outline, one span of it in full, and which of its spans contain a text. Each is answered from the rows of the
 * trace alone.
 */
import { LIMITS } from '#limits';
import { traceId as readTraceId, type Reader, type TraceId } from '#model';
import { SEALED, statedPlace } from '#policy';
import type { Answering, Run } from '#query/answering';
import type { KnownPolicies } from '#query/known-policies';
import { onlySpanJson } from '#query/otlp-json';
import { spanOf, type SpanRow } from '#query/span';
import { noteSpans, PLAIN } from '#query/versions';
import { low32, traceKeyOf } from '#query/trace-key';
import { refuse, type Refusal } from '#refusal';
import { actedOn, type FoundOften, rulesOfKinds } from './acting-rules.ts';
import { type KindCount, outlineJson, type OutlinePage, type Repeats } from './columns.ts';
import { STATEMENTS } from './statements.ts';

export interface Matches {
  /** In the order of their starts. */
  readonly spanIds: readonly string[];
  readonly more: boolean;
}

export interface Outlines {
  /** Columns of a waterfall, as JSON text. `hear`: of so many spans. */
  outline(reader: Reader, traceId: string, hear?: (spans: number) => void): Promise<string | Refusal>;
  /** OTLP/JSON of one span with its resource, scope and what was minimized. `copy`: which of several versions of it, in the order in which they were stored, from 0. */
  span(reader: Reader, traceId: string, spanId: string, copy: number): Promise<string | Refusal>;
  matches(reader: Reader, traceId: string, text: string): Promise<Matches | Refusal>;
}

/** Few pages: each finds the rows of the trace anew. */
const PAGE_SPANS = 25_000;
const KINDS_MAX = 1_000;
/** As `minimized.place` says it. */
const STATUS_MESSAGE = 'status.message';
const SPAN_ID = /^[0-9a-f]{16}$/;

interface KindRow extends Omit<FoundOften, 'blocks'> {
  readonly kindName: string;
  readonly replaced: number;
  readonly blocks: readonly string[];
}

export function createOutlines({ answer, settled, store }: Answering, policies: KnownPolicies, page_spans: number = PAGE_SPANS): Outlines {
  type Which = { readonly trace: bigint; readonly trace_id: string };
  /** Reads a trace once it can be read; `not_found` when there is nothing of it. */
  function ofTrace<T>(reader: Reader, text: string, read: (which: Which, run: Run, id: TraceId) => Promise<T | null>): Promise<T | Refusal> {
    return answer(reader, 'trace.read', 'lookup', async (run) => {
      const id = readTraceId(text);
      if (id === null) return refuse('query_invalid', 'a trace id is 32 hexadecimal digits, not all zero');
      const trace = traceKeyOf(id);
      const readable = !store.mayBePending(low32(trace)) || (await settled());
      const found = await read({ trace, trace_id: id }, run, id);
      if (found !== null) return found;
      return readable ? refuse('not_found') : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
    });
  }

  return {
    outline: (reader, text, hear) =>
      ofTrace(reader, text, async (which, run, traceId) => {
        const { pages, more } = await fetchPages(which, run, page_spans);
        // Of a trace of which nothing else is seen, there are no outlines either.
        if (pages.every(({ outlines }) => outlines?.every((one) => one === 1) ?? false)) return null;
        const kinds = await run<KindRow>(STATEMENTS.minimized, { ...which, limit: KINDS_MAX }, KINDS_MAX);
        const rules = await rulesOfKinds(kinds.map(({ kindName, blocks, ...where }) => ({ ...where, kind: kindName, blocks: blocks.map(Number) })), reader.tenant, policies, run);
        const minimized = kinds.map(({ kindName, replaced, places }, at): KindCount => ({ kind: kindName, count: replaced, rules: rules[at] ?? [], ...(kindName === SEALED ? { fields: fieldsOf(places) } : {}) }));
        const repeats = hasRepeats(pages) ? (await run<Repeats>(STATEMENTS.repeats, { ...which, limit: LIMITS.trace_spans_max }, 1))[0] : undefined;
        hear?.(pages.reduce((sum, { ids }) => sum + ids.length, 0));
        return outlineJson(pages, { traceId, repeats: repeats ?? { ids: [], contents: [] }, more, minimized, events_max: LIMITS.outline_events_max });
      }),

    span: (reader, text, spanId, copy) =>
      ofTrace(reader, text, async (which, run) => {
        if (!SPAN_ID.test(spanId)) return null;
        const limit = LIMITS.span_copies_max;
        const rows = await run<SpanRow & { readonly producerId: string }>(STATEMENTS.oneSpan, { ...which, span_id: spanId, limit }, limit);
        const stored = rows.map((row) => ({ producer: row.producerId, block: Number(row.atBlock), span: spanOf(row) }));
        const { spans, notes } = await noteSpans(stored.map(({ span }) => span));
        const span = spans[copy];
        const found = stored.find((one) => one.span === span);
        if (span === undefined || found === undefined) return null;
        if (span.isOutline === true && (await run<{ isSeen: number }>(STATEMENTS.anySeen, { ...which, limit: 1 }, 1))[0]?.isSeen !== 1) return null;
        return onlySpanJson(span, notes.get(span) ?? PLAIN, found.producer, await actedOn(span, found.block, reader.tenant, policies, run));
      }),

    matches: (reader, text, wanted) =>
      ofTrace(reader, text, async (which, run) => {
        const limit = LIMITS.trace_matches_max + 1;
        const rows = await run<{ spanId: string }>(STATEMENTS.matches, { ...which, text: wanted, limit }, limit);
        const spanIds = rows.map(({ spanId }) => spanId);
        const more = spanIds.length === limit;
        if (more) spanIds.pop();
        return { spanIds, more };
      }),
  };
}

/** What is asked for to open it: attribute keys, or `status.message`. */
function fieldsOf(places: readonly string[]): readonly string[] {
  const fields = places.map((place) => (place === STATUS_MESSAGE ? place : statedPlace(place).key));
  return [...new Set(fields)].sort();
}

function hasRepeats(pages: readonly OutlinePage[]): boolean {
  const seen = new Set<string>();
  for (const { ids } of pages) {
    for (const id of ids) {
      if (seen.has(id)) return true;
      seen.add(id);
    }
  }
  return false;
}

async function fetchPages(which: { readonly trace: bigint; readonly trace_id: string }, run: Run, page_spans: number): Promise<{ pages: OutlinePage[]; more: boolean }> {
  const pages: OutlinePage[] = [];
  let spans = 0;
  let from = { block: 0n, row: 0 };
  while (spans < LIMITS.trace_spans_max) {
    const limit = Math.min(page_spans, LIMITS.trace_spans_max - spans);
    const [page] = await run<OutlinePage>(STATEMENTS.outline, { ...which, from_block: from.block, from_row: from.row, events: LIMITS.outline_span_events_max, limit }, 1);
    if (page === undefined || page.rowCount === 0) return { pages, more: false };
    pages.push(page);
    spans += page.rowCount;
    if (page.rowCount < limit) return { pages, more: false };
    from = { block: BigInt(page.lastBlock), row: page.lastRow + 1 };
  }
  const [rest] = await run<OutlinePage>(STATEMENTS.outline, { ...which, from_block: from.block, from_row: from.row, events: 0, limit: 1 }, 1);
  return { pages, more: (rest?.rowCount ?? 0) > 0 };
}
