/** The shapes of the answers of this folder, for the OpenAPI document. */
import { array, count, object, text } from '#query/answers';

const offset = { type: 'integer', description: 'Nanoseconds.' };
const range = { start: text('Nanoseconds since 1970, decimal.'), end: text('Nanoseconds since 1970, decimal.') };
const series = array(count);
const oneIn = { type: 'integer', minimum: 1, description: '1: every span was looked at. Otherwise one in so many, and figures are estimates.' };

export const SHAPES = {
  histogram: object({ ...range, stepNano: text('Width of a bucket in nanoseconds, decimal.'), sampledOneIn: oneIn, buckets: object({ count: series, errors: series }) }),
  points: object({
    ...range, total: { ...count, description: 'Spans that fulfil the filters; estimated when oneIn is not 1.' }, oneIn: { ...oneIn, description: 'One in so many ordinary spans is a point; errors are thinned less, the slowest are all there.' },
    traceIds: array(text()), services: array(text()),
    points: object({ trace: array({ ...count, description: 'Place in traceIds.' }), service: array({ ...count, description: 'Place in services.' }), startOffset: array(offset), duration: array(offset), error: array({ type: 'integer', enum: [0, 1] }) }),
  }),
  keys: object({
    keys: array(object({ key: text(), place: { type: 'string', enum: ['span', 'event', 'resource', 'scope'] }, count, types: array(text()) })),
    more: { type: 'boolean' }, sampledOneIn: oneIn,
  }),
  values: object({ values: array(object({ value: text(), count })), more: { type: 'boolean' }, sampled: { type: 'boolean', description: 'Only a share of the spans was looked at: rare values may be missing, counts are estimates.' } }),
  history: object({
    ...range, stepNano: text('Width of a bucket in nanoseconds, decimal.'),
    producers: array(object({ id: text(), name: text(), received: series, stored: series, refused: series, dropped: series })),
    reasons: array(object({ outcome: text('refused, dropped (in spans) or minimized (in values).'), reason: text('A refusal code, duplicate, or a kind of value.'), producer: text(), count, series })),
  }),
} as const;

export const EVENTS = {
  description: 'Events: traces {traces: […]} as in a search, newest first, at most 50 and at most once a second; note {skipped: n} when more matched; end {reason} when the tail is over.',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
};
