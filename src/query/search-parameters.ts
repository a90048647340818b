/**
 * The query string of `GET /api/v1/search` as a search. The JSON schema has bounded every text and list; here they are read, and
 * what does not read exactly is refused naming the parameter.
 */
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { AttributeFilter } from './condition.ts';
import type { Order } from './order.ts';
import { readAttribute, readDuration, readTags, readTime } from './parameters.ts';
import type { Search } from './query.ts';

export interface SearchParameters {
  readonly service?: string;
  readonly operation?: string;
  readonly attribute?: readonly string[];
  readonly tags?: string;
  readonly durationMin?: string;
  readonly durationMax?: string;
  readonly status?: 'unset' | 'ok' | 'error';
  readonly kind?: Kind;
  readonly start?: string;
  readonly end?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly order?: Order;
}

/** OTLP span kinds; the place in the list is the number. */
export const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type Kind = (typeof KINDS)[number];

export function readSearch(parameters: SearchParameters, now_ms: number): Search | Refusal {
  const { service, operation, status, kind, limit, cursor, order } = parameters;
  const start = optional(parameters.start, 'start', (text) => readTime(text, now_ms));
  const end = optional(parameters.end, 'end', (text) => readTime(text, now_ms));
  const durationMin_ns = optional(parameters.durationMin, 'durationMin', readDuration);
  const durationMax_ns = optional(parameters.durationMax, 'durationMax', readDuration);
  const attributes = readFilters(parameters);
  const refusal = [start, end, durationMin_ns, durationMax_ns, attributes].find(isRefusal);
  if (refusal !== undefined) return refusal;
  const search = { service, operation, status, kind: kind === undefined ? undefined : KINDS.indexOf(kind), limit, cursor, order, start, end, durationMin_ns, durationMax_ns, attributes };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as unknown as Search;
}

function optional<T>(text: string | undefined, name: string, read: (text: string) => T | null): T | Refusal | undefined {
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
