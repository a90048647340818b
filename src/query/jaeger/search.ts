/**
 * A search as Jaeger's clients ask it, as a search of ours. Jaeger finds by the tags that it makes of a span's own fields (`error`,
 * `span.kind`, `otel.status_code`), so those are asked of the fields.
 */
import { LIMITS } from '#limits';
import type { Search } from '#query';
import { readTags } from '#query/parameters';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { readGoDuration } from './values.ts';
import { SPAN_KINDS } from './ui-tags.ts';

export interface Asked {
  readonly service?: string;
  readonly operation?: string;
  /** `key:value`, one a text. */
  readonly pairs?: readonly string[];
  /** JSON objects of key and value. */
  readonly objects?: readonly string[];
  readonly durationMin?: string;
  readonly durationMax?: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly limit: string;
}

/** Names of the parameters in the API that was asked, for refusals. */
export interface Names {
  readonly tags: string;
  readonly durationMin: string;
  readonly durationMax: string;
  readonly limit: string;
}

export interface FittedSearch {
  readonly search: Search;
  /** The range was longer than may be searched, and only its end is. */
  readonly clipped: boolean;
}

const LIMIT_DEFAULT = 100;

export function searchOf(asked: Asked, names: Names): FittedSearch | Refusal {
  const { service, operation, durationMin, durationMax, end } = asked;
  const min = durationMin === undefined ? undefined : (readGoDuration(durationMin) ?? refuse('query_invalid', `${names.durationMin} is not a duration such as 1.5s or 100ms`));
  if (isRefusal(min)) return min;
  const max = durationMax === undefined ? undefined : (readGoDuration(durationMax) ?? refuse('query_invalid', `${names.durationMax} is not a duration such as 1.5s or 100ms`));
  if (isRefusal(max)) return max;
  const limit = readLimit(asked.limit, names.limit);
  if (isRefusal(limit)) return limit;
  const tags = readAllTags(asked, names.tags);
  if (isRefusal(tags)) return tags;
  const { start, clipped } = clip(asked.start, end);
  if (start > end) return refuse('query_invalid', 'start lies after end');
  return {
    clipped,
    search: {
      ...(service === undefined ? {} : { service }),
      ...(operation === undefined ? {} : { operation }),
      // Jaeger takes 0 for no bound.
      ...(min === undefined || min === 0n ? {} : { durationMin_ns: min }),
      ...(max === undefined || max === 0n ? {} : { durationMax_ns: max }),
      start, end, limit,
      ...filtersOf(tags),
    },
  };
}

/** The last part of a range that may be asked at once. */
export function clip(start: bigint, end: bigint): { start: bigint; clipped: boolean } {
  const earliest = end - BigInt(LIMITS.search_range_ms_max) * 1_000_000n;
  return start < earliest ? { start: earliest, clipped: true } : { start, clipped: false };
}

/** Jaeger's user interface offers up to 1,500; more than our own limit is cut to it. */
function readLimit(text: string, name: string): number | Refusal {
  if (text === '') return LIMIT_DEFAULT;
  const limit = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return limit === 0 ? refuse('query_invalid', `${name} is not a positive number`) : Math.min(limit, LIMITS.search_results_max);
}

/** As in Jaeger, the last value of a key counts. */
function readAllTags({ pairs = [], objects = [] }: Asked, name: string): Map<string, string> | Refusal {
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf(':');
    if (at < 1) return refuse('query_invalid', 'tag is not of the form key:value');
    tags.set(pair.slice(0, at), pair.slice(at + 1));
  }
  for (const text of objects) {
    if (text === '') continue;
    const filters = readTags(text);
    if (filters === null) return refuse('query_invalid', `${name} is not a JSON object of strings`);
    for (const { key, value } of filters) tags.set(key, value);
  }
  return tags;
}

function filtersOf(tags: ReadonlyMap<string, string>): Pick<Search, 'attributes' | 'status' | 'kind'> {
  const rest = new Map(tags);
  const take = (key: string, value: string): boolean => rest.get(key) === value && rest.delete(key);
  const failed = [take('error', 'true'), take('otel.status_code', 'ERROR')].includes(true);
  // A second status would contradict the first; it stays an attribute that no span has.
  const status = failed ? 'error' : take('otel.status_code', 'OK') ? 'ok' : undefined;
  const kind = SPAN_KINDS.indexOf(rest.get('span.kind') ?? '');
  if (kind > 0) rest.delete('span.kind');
  return {
    ...(status === undefined ? {} : { status }),
    ...(kind > 0 ? { kind } : {}),
    attributes: [...rest].map(([key, value]) => ({ place: 'any', key, op: '=', value })),
  };
}
