/**
 * The parameters of a search, as schemas and as values. The JSON schemas bound every text and list; here they are read, and what does not
 * read exactly is refused naming the parameter.
 */
import { LIMITS } from '#limits';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { AttributeFilter } from './condition.ts';
import type { Order } from './order.ts';
import { readAttribute, readDuration, readTags, readTime } from './parameters.ts';
import type { Search } from './search-bounds.ts';

export interface SearchParameters {
  readonly service?: string;
  readonly operation?: string;
  readonly attribute?: readonly string[];
  readonly tags?: string;
  readonly durationMin?: string;
  readonly durationMax?: string;
  readonly status?: 'unset' | 'ok' | 'error';
  readonly kind?: Kind | 'entry';
  readonly start?: string;
  readonly end?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly order?: Order;
}

/** OTLP span kinds; the place in the list is the number. */
export const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type Kind = (typeof KINDS)[number];

const text = (description: string, maxLength: number): object => ({ type: 'string', maxLength, description });
const TIME = 'RFC 3339, seconds, ms, µs or ns since 1970, now, or how long ago (1h).';

export const SERVICE = text('Service name, exactly.', LIMITS.name_bytes_max);

export const TIMES = {
  start: text(`Earliest start of the span: ${TIME} Default: an hour before the end.`, 64),
  end: text(`Latest start of the span: ${TIME} Default: now.`, 64),
} as const;

/** What a span has to fulfil, for every route that looks for spans. */
export const FILTERS = {
  service: SERVICE,
  operation: text('Span name, exactly.', LIMITS.name_bytes_max),
  attribute: {
    type: 'array',
    maxItems: LIMITS.search_attributes_max,
    items: { type: 'string', minLength: 1, maxLength: LIMITS.query_text_bytes_max },
    description: 'key=value; also !=, <, <=, >, >=, =~ and !~ (RE2, whole value), ~ (contains, whatever the case; the key * then means any text of the span), or the key alone. span:, event:, resource: or scope: before the key names a place; field: means name, service, kind, status or message of the span itself. = and != know sealed values of searchable fields, for who has field.search. Repeat it for more; all hold on one span.',
  },
  tags: text('Jaeger’s notation of attributes: a JSON object of key and value.', LIMITS.query_text_bytes_max),
  durationMin: text('Shortest duration of the span: 100ms, 1.5s, or nanoseconds.', 64),
  durationMax: text('Longest duration of the span.', 64),
  status: { type: 'string', enum: ['unset', 'ok', 'error'] },
  kind: { type: 'string', enum: [...KINDS, 'entry'], description: 'entry: spans by which a service is entered, which are server and consumer spans and spans without a parent.' },
  ...TIMES,
} as const;

/** The schema of a query string: these parameters and no others. */
export function querySchema(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

export function readSearch(parameters: SearchParameters, now_ms: number): Search | Refusal {
  const { service, operation, status, kind, limit, cursor, order } = parameters;
  const start = optional(parameters.start, 'start', (text) => readTime(text, now_ms));
  const end = optional(parameters.end, 'end', (text) => readTime(text, now_ms));
  const durationMin_ns = optional(parameters.durationMin, 'durationMin', readDuration);
  const durationMax_ns = optional(parameters.durationMax, 'durationMax', readDuration);
  const attributes = readFilters(parameters);
  const refusal = [start, end, durationMin_ns, durationMax_ns, attributes].find(isRefusal);
  if (refusal !== undefined) return refusal;
  const search = { service, operation, status, kind: kind === undefined || kind === 'entry' ? kind : KINDS.indexOf(kind), limit, cursor, order, start, end, durationMin_ns, durationMax_ns, attributes };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as unknown as Search;
}

export function optional<T>(text: string | undefined, name: string, read: (text: string) => T | null): T | Refusal | undefined {
  if (text === undefined) return undefined;
  return read(text) ?? refuse('query_invalid', `${name} cannot be read`);
}

function readFilters({ attribute = [], tags }: SearchParameters): AttributeFilter[] | Refusal {
  const filters: AttributeFilter[] = [];
  for (const [at, text] of attribute.entries()) {
    const filter = readAttribute(text);
    if (filter === null) return refuse('query_invalid', `attribute ${at} is not of the form key=value`);
    filters.push(filter);
  }
  const more = tags === undefined ? [] : readTags(tags);
  return more === null ? refuse('query_invalid', 'tags is not a JSON object of strings') : [...filters, ...more];
}
