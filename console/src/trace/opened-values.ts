/**
 * Values that were opened, put in the places where they stand closed. The closed span stays what it is: it is what was proved, and what is shown again when the time is
 * over.
 */
import type { RevealedTrace } from '#api/reveal.ts';
import { type KeyValue, type SpanAnswer, valueText } from './attributes.ts';

/** What stands in the place of a value that is kept closed. */
export const SEALED_TEXT = '[sealed]';
export const STATUS_MESSAGE = 'status.message';

export type OpenedSpan = SpanAnswer['span'];

/** One value, for the list of them. */
export interface OpenedValue {
  readonly spanId: string;
  /** The span that holds it, as sent. */
  readonly spanName: string;
  readonly start: string;
  readonly key: string;
  /** `event 2`; '' for the span itself. */
  readonly of: string;
  readonly text: string;
}

export function openedSpans({ resourceSpans }: RevealedTrace<OpenedSpan>): readonly OpenedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans));
}

/** Every value of the fields that were asked for, in the order of the spans. */
export function openedValues(spans: readonly OpenedSpan[], fields: readonly string[]): readonly OpenedValue[] {
  const wanted = new Set(fields);
  return spans.flatMap((span) => {
    const { spanId, name: spanName, startTimeUnixNano: start } = span;
    const of = (attributes: readonly KeyValue[] | undefined, where: string): OpenedValue[] =>
      (attributes ?? []).filter(({ key, value }) => wanted.has(key) && valueText(value) !== SEALED_TEXT).map(({ key, value }) => ({ spanId, spanName, start, key, of: where, text: valueText(value) }));
    const message = span.status?.message;
    return [
      ...of(span.attributes, ''),
      ...(span.events ?? []).flatMap(({ attributes }, at) => of(attributes, `event ${at + 1}`)),
      ...(span.links ?? []).flatMap(({ attributes }, at) => of(attributes, `link ${at + 1}`)),
      ...(message === undefined || message === SEALED_TEXT || !wanted.has(STATUS_MESSAGE) ? [] : [{ spanId, spanName, start, key: STATUS_MESSAGE, of: '', text: message }]),
    ];
  });
}

/** The same answer with the opened values in their places; the answer itself where nothing of the span is open. */
export function withOpened(answer: SpanAnswer, opened: readonly OpenedSpan[]): SpanAnswer {
  const { span } = answer;
  const found = opened.find(({ spanId, startTimeUnixNano, name, endTimeUnixNano }) => spanId === span.spanId && startTimeUnixNano === span.startTimeUnixNano && endTimeUnixNano === span.endTimeUnixNano && name === span.name);
  if (found === undefined) return answer;
  const message = span.status?.message === SEALED_TEXT ? found.status?.message : undefined;
  return {
    ...answer,
    span: {
      ...span,
      ...(span.attributes === undefined ? {} : { attributes: merged(span.attributes, found.attributes) }),
      ...(span.events === undefined ? {} : { events: span.events.map((event, at) => (event.attributes === undefined ? event : { ...event, attributes: merged(event.attributes, found.events?.[at]?.attributes) })) }),
      ...(span.links === undefined ? {} : { links: span.links.map((link, at) => (link.attributes === undefined ? link : { ...link, attributes: merged(link.attributes, found.links?.[at]?.attributes) })) }),
      ...(message === undefined ? {} : { status: { ...span.status, message } }),
    },
  };
}

function merged(closed: readonly KeyValue[], opened: readonly KeyValue[] | undefined): readonly KeyValue[] {
  return closed.map((one, at) => {
    if (valueText(one.value) !== SEALED_TEXT) return one;
    // The same list; by its key where something else was left out of one of them.
    const other = opened?.[at]?.key === one.key ? opened[at] : opened?.find(({ key }) => key === one.key);
    return other === undefined || valueText(other.value) === SEALED_TEXT ? one : { ...other, opened: true };
  });
}
