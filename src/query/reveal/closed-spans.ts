/**
 * Spans of a trace with what they have sealed, and where in them a reader could have something opened. What stands in the place of a sealed value is looked for in
 * what the reader sees: of a hidden value, or one in a span that is not seen, there is no such place.
 */
import type { TraceId } from '#model';
import { type StatedPlace, statedPlace } from '#policy';
import type { Run } from '#query/answering';
import { fetchEach, PAGE_SPANS } from '#query/fetch-trace';
import { type Attribute, type Notes, type Span, type SpanRow, spanOf } from '#query/span';
import { STATEMENTS } from '#query/statements';
import { traceKeyOf } from '#query/trace-key';
import { noteSpans } from '#query/versions';
import type { SealedField } from '#keys';

/** Stands where a value was sealed. */
const SEALED_TEXT = '[sealed]';
export const STATUS_MESSAGE = 'status.message';

export interface ClosedSpan {
  readonly span: Span;
  readonly block: number;
  readonly environment: string;
  readonly seals: readonly { readonly keyId: Uint8Array; readonly text: Uint8Array }[];
}

/** Where a sealed value stands. */
export interface SealedPlace {
  /** As the seal names it: `attributes[3]`, `events[0].attributes[1]`, `status.message`. */
  readonly field: string;
  /** The key of the attribute, or `status.message`. */
  readonly key: string;
  /** In the words of policies. */
  readonly at: StatedPlace;
}

export interface RevealRow extends SpanRow {
  /** Hexadecimal. */
  readonly sealedKeys: readonly string[];
  /** Base64. */
  readonly sealedTexts: readonly string[];
  readonly environment: string;
}

/** Those of a trace that have anything sealed, each once, by start. `isFound`: whether the reader sees the trace at all. */
export async function fetchClosed(id: TraceId, run: Run): Promise<{ readonly isFound: boolean; readonly closed: readonly ClosedSpan[]; readonly notes: Notes; readonly more: boolean }> {
  const { spans: rows, more } = await fetchEach<RevealRow, ClosedSpan>(STATEMENTS.reveal, { trace: traceKeyOf(id), trace_id: id }, run, PAGE_SPANS, closedOf);
  const bySpan = new Map(rows.map((one) => [one.span, one]));
  const { spans, notes } = await noteSpans(rows.map(({ span }) => span));
  const closed = spans.flatMap((span) => bySpan.get(span) ?? []).filter(({ span, seals }) => seals.length > 0 && span.isOutline !== true);
  return { isFound: spans.some(({ isOutline }) => isOutline !== true), closed: closed.sort((a, b) => (a.span.start < b.span.start ? -1 : a.span.start > b.span.start ? 1 : 0)), notes, more };
}

export function closedOf(row: RevealRow): ClosedSpan {
  const seals = row.sealedKeys.map((key, at) => ({ keyId: Buffer.from(key, 'hex'), text: Buffer.from(row.sealedTexts[at] ?? '', 'base64') }));
  return { span: spanOf(row), block: Number(row.atBlock), environment: row.environment, seals };
}

export function sealedPlaces({ span }: ClosedSpan): readonly SealedPlace[] {
  const within = (list: readonly Attribute[], path: string, stated: string): SealedPlace[] => list.flatMap(({ key, type, text }, at) => (type === 's' && text === SEALED_TEXT ? [{ field: `${path}attributes[${at}]`, key, at: statedPlace(`${stated}.${key}`) }] : []));
  return [
    ...within(span.attributes, '', 'attributes'),
    ...span.events.flatMap((event, at) => within(event.attributes, `events[${at}].`, `events.${at}`)),
    ...span.links.flatMap((link, at) => within(link.attributes, `links[${at}].`, `links.${at}`)),
    ...(span.statusMessage === SEALED_TEXT ? [{ field: STATUS_MESSAGE, key: STATUS_MESSAGE, at: statedPlace(STATUS_MESSAGE) }] : []),
  ];
}

/** The span with these values in their places; of other fields nothing is taken. */
export function withOpened(span: Span, opened: ReadonlyMap<string, SealedField>): Span {
  const within = (list: readonly Attribute[], path: string): readonly Attribute[] => list.map((one, at) => {
    const value = opened.get(`${path}attributes[${at}]`);
    return value === undefined ? one : { key: one.key, type: value.type, text: value.text };
  });
  return {
    ...span,
    attributes: within(span.attributes, ''),
    events: span.events.map((event, at) => ({ ...event, attributes: within(event.attributes, `events[${at}].`) })),
    links: span.links.map((link, at) => ({ ...link, attributes: within(link.attributes, `links[${at}].`) })),
    statusMessage: opened.get(STATUS_MESSAGE)?.text ?? span.statusMessage,
  };
}
