/**
 * The shapes of answers, for the OpenAPI document: answers are written as text, so these describe and do not filter.
 */

/** `Shape`: the type of what is answered, where it has one; then this has each of its members, and no other. */
export const object = <Shape = Record<string, unknown>>(properties: { readonly [Member in keyof Shape]-?: object }, more: object = {}): object => ({ type: 'object', required: Object.keys(properties), properties, ...more });
export const array = (items: object): object => ({ type: 'array', items });
export const text = (description?: string): object => (description === undefined ? { type: 'string' } : { type: 'string', description });
export const count = { type: 'integer', minimum: 0 };
const counts = { type: 'object', additionalProperties: count };

const ERROR = {
  description: 'A refusal.',
  ...object({ error: object({ code: text('Stable, see docs/reference/refusals.md.'), message: text(), advice: text(), requestId: text() }) }),
};

const BALANCE = { received: count, stored: count, refused: count, dropped: count, minimized: counts, refusedBy: counts };

export const ANSWERS = {
  trace: object({ resourceSpans: array({ type: 'object' }) }, { description: 'OTLP/JSON (opentelemetry.proto.trace.v1.TracesData). Where there is something to say of spans, notes stands beside resourceSpans: span (its place among all spans, counted through from 0), spanId, and what there is of version and versions (of a span that was sent with different contents, in the order in which they were stored), forged: true (all versions but the first), copies (how often it was stored; it is shown once), begunOutside: true (its parent is in another process and not in the trace).' }),
  search: object({
    traces: array(
      object({
        traceId: text(), rootService: text(), rootName: text(), startTimeUnixNano: text('Decimal.'), durationNano: text('Decimal.'), spanCount: count, errorCount: count,
        services: array(object({ name: text(), spanCount: count, errorCount: count })),
        matchedSpanCount: count, matchedSpanIds: array(text('At most 20.')), minimizedCount: { ...count, description: 'Values replaced in the trace.' }, sealedCount: { ...count, description: 'Values sealed in the trace, which are not among those that were replaced.' },
      }),
    ),
    nextCursor: { type: ['string', 'null'], description: 'null at the end.' },
  }),
  services: object({ services: array(text()) }),
  operations: object({ operations: array(object({ name: text(), kind: text(), spanCount: count })) }),
  accounting: object({ totals: object(BALANCE), producers: array(object({ id: text(), name: text(), ...BALANCE })) }),
  routes: object({ routes: array(object({ method: text(), path: text(), action: text(), public: { type: 'boolean' } })) }),
} as const satisfies Record<string, object>;

/** The `response` of a route: its answer, and refusals for everything else. */
export function answers(name: keyof typeof ANSWERS): object {
  return answersAs(ANSWERS[name]);
}

/** The same for a shape that stands beside its route. */
export function answersAs(shape: object): object {
  return { 200: { description: 'Found.', ...shape }, default: ERROR };
}
