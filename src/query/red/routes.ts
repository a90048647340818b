/** The routes of figures: nanosecond instants are decimal text, durations numbers. */
import { LIMITS } from '#limits';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { readTime } from '#query/parameters';
import { sendAnswer } from '#query/reply';
import { KINDS, optional, querySchema, SERVICE } from '#query/search-parameters';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import type { AskedPeriod, By, FiguresOfSpans, RedAnswer, RedGroup } from './red.ts';

const time = (description: string): object => ({ type: 'string', maxLength: 64, description: `${description} RFC 3339, seconds, ms, µs or ns since 1970, now, or how long ago (1h).` });
export const PERIOD = { start: time('Figures are by minute: from the minute that holds it. Default: an hour before the end.'), end: time('To the minute that holds it. Default: now.') };
const BUCKETS_DEFAULT = 60;

const nanos = { type: ['number', 'null'], description: 'Nanoseconds, at most 4.4 % from the exact value; null without spans.' };
const PERCENTILES = { p50: nanos, p95: nanos, p99: nanos };
const RED = { count, errors: count, ...PERCENTILES };
const numbers = { type: 'array', items: { type: ['number', 'null'] } };
const INSTANTS = { start: text('Nanoseconds since 1970, decimal.'), end: text('Decimal.') };

const SHAPES = {
  red: object({
    ...INSTANTS, stepNano: text('Decimal.'), by: text(), previous: object(INSTANTS), more: { type: 'boolean', description: `There are more than ${LIMITS.figures_groups_max} groups; these have most spans.` },
    groups: array({
      type: 'object', required: ['service', ...Object.keys(RED), 'rest', 'previous', 'series'],
      properties: {
        service: text(), operation: text(), kind: text(), ...RED, rest: { type: 'boolean', description: 'Names beyond the limit of what is kept apart, together.' },
        previous: { type: ['object', 'null'], properties: RED }, series: object({ count: numbers, errors: numbers, p50: numbers, p95: numbers, p99: numbers }),
      },
    }),
  }),
  map: object({
    ...INSTANTS, oneIn: { ...count, description: 'Calls are estimated from one in so many traces.' }, more: { type: 'boolean' },
    nodes: array(object({ service: text(), ...RED })), edges: array(object({ parent: text(), child: text(), ...RED })),
  }),
  minimized: object({ ...INSTANTS, services: array(object({ service: text(), kinds: array(object({ kind: text(), count })) })), more: { type: 'boolean' } }),
};

export interface PeriodParameters {
  readonly start?: string;
  readonly end?: string;
}

interface RedParameters extends PeriodParameters {
  readonly by?: By;
  readonly service?: string;
  readonly operation?: string;
  readonly kind?: (typeof KINDS)[number] | 'entry';
  readonly buckets?: number;
}

export function periodOf(query: PeriodParameters, now_ms: number): AskedPeriod | Refusal {
  const start = optional(query.start, 'start', (value) => readTime(value, now_ms));
  const end = optional(query.end, 'end', (value) => readTime(value, now_ms));
  if (isRefusal(start)) return start;
  if (isRefusal(end)) return end;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

export function addRedRoutes(app: FastifyInstance, { figures, now_ms }: { readonly figures: FiguresOfSpans; readonly now_ms: () => number }): void {
  app.get<{ Querystring: RedParameters }>(
    '/api/v1/red',
    {
      config: { action: 'figures.read' },
      schema: {
        summary: 'Rate, errors and durations over time, by service or operation',
        description: 'Percentiles are by nearest rank. The period before has the same length and ends where this one starts.',
        querystring: querySchema({
          by: { type: 'string', enum: ['service', 'operation', 'total'], default: 'service' }, service: SERVICE, operation: { type: 'string', maxLength: LIMITS.name_bytes_max, description: 'Span name, exactly.' },
          kind: { type: 'string', enum: [...KINDS, 'entry'], description: 'Span kind; entry: server and consumer spans, and spans without a parent.' }, ...PERIOD,
          buckets: { type: 'integer', minimum: 1, maximum: LIMITS.figures_buckets_max, default: BUCKETS_DEFAULT, description: 'At most so many steps of whole minutes.' },
        }),
        response: answersAs(SHAPES.red),
      },
    },
    async (request, reply) => {
      const { by = 'service', service, operation, kind, buckets = BUCKETS_DEFAULT } = request.query;
      const period = periodOf(request.query, now_ms());
      if (isRefusal(period)) return sendAnswer(request, reply, period);
      const red = await figures.red(readerOf(request), {
        by, buckets, ...period, ...(service === undefined ? {} : { service }), ...(operation === undefined ? {} : { operation }),
        ...(kind === undefined ? {} : { kind: kind === 'entry' ? kind : KINDS.indexOf(kind) }),
      });
      return sendAnswer(request, reply, isRefusal(red) ? red : redJson(by, red));
    },
  );

  app.get<{ Querystring: PeriodParameters }>(
    '/api/v1/map',
    { config: { action: 'dependency.read' }, schema: { summary: 'Services and the calls between them', querystring: querySchema(PERIOD), response: answersAs(SHAPES.map) } },
    async (request, reply) => {
      const period = periodOf(request.query, now_ms());
      const map = isRefusal(period) ? period : await figures.map(readerOf(request), period);
      return sendAnswer(request, reply, isRefusal(map) ? map : { ...map, start: String(map.start), end: String(map.end) });
    },
  );

  app.get<{ Querystring: PeriodParameters }>(
    '/api/v1/minimized',
    { config: { action: 'figures.read' }, schema: { summary: 'Values that minimization replaced, by service and kind', querystring: querySchema(PERIOD), response: answersAs(SHAPES.minimized) } },
    async (request, reply) => {
      const period = periodOf(request.query, now_ms());
      const minimized = isRefusal(period) ? period : await figures.minimized(readerOf(request), period);
      return sendAnswer(request, reply, isRefusal(minimized) ? minimized : { ...minimized, start: String(minimized.start), end: String(minimized.end) });
    },
  );
}

function redJson(by: By, { start, end, step, previous, more, groups }: RedAnswer): object {
  return { start: String(start), end: String(end), stepNano: String(step), by, previous: { start: String(previous.start), end: String(previous.end) }, more, groups: groups.map(groupJson) };
}

function groupJson({ kind, ...group }: RedGroup): object {
  return kind === undefined ? group : { ...group, kind: KINDS[kind] ?? String(kind) };
}
