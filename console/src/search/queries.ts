/** What the search page asks the server. Everything counts back from the same now, so that pictures, list and facets agree. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery, type UseInfiniteQueryResult, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { get } from '#api/client.ts';
import type { AttributeKeys, AttributeValues, SearchPage, SpanHistogram, SpanPoints } from '#api/search-types.ts';
import type { PageRange } from '#time/use-range.ts';
import { apiFilters, type Order } from './address.ts';
import { type Filter, type Place, valueOf } from './filters.ts';

export const HISTOGRAM_BUCKETS = 90;
const POINTS_MAX = 5_000;
/** The first page comes quickly, those that follow are worth their request. */
const FIRST_PAGE = 25;
const NEXT_PAGE = 100;
const KEYS_MAX = 500;

export type TracesQuery = UseInfiniteQueryResult<InfiniteData<SearchPage, string>, Error>;

export function useTraces(filters: readonly Filter[], order: Order, range: PageRange): TracesQuery {
  const asked = { ...apiFilters(filters), ...range.api, order };
  return useInfiniteQuery({
    queryKey: ['search', asked, range.now_ms],
    queryFn: ({ pageParam, signal }) => get<SearchPage>('/api/v1/search', { ...asked, limit: pageParam === '' ? FIRST_PAGE : NEXT_PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

export function useHistogram(filters: readonly Filter[], range: PageRange): UseQueryResult<SpanHistogram> {
  const asked = { ...apiFilters(filters), ...range.api, buckets: HISTOGRAM_BUCKETS };
  return useQuery({ queryKey: ['search histogram', asked, range.now_ms], queryFn: ({ signal }) => get<SpanHistogram>('/api/v1/search/histogram', asked, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}

export function usePoints(filters: readonly Filter[], range: PageRange, wanted: boolean): UseQueryResult<SpanPoints> {
  const asked = { ...apiFilters(filters), ...range.api, limit: POINTS_MAX };
  return useQuery({ queryKey: ['search points', asked, range.now_ms], queryFn: ({ signal }) => get<SpanPoints>('/api/v1/search/points', asked, signal), enabled: wanted, placeholderData: keepPreviousData, staleTime: Infinity });
}

/** All services of the store, whatever the range. */
export function useServices(): UseQueryResult<readonly string[]> {
  return useQuery({ queryKey: ['services'], queryFn: async ({ signal }) => (await get<{ services: readonly string[] }>('/api/v1/services', {}, signal)).services, staleTime: 30_000 });
}

export function useKeys(filters: readonly Filter[], range: PageRange, wanted: boolean): UseQueryResult<AttributeKeys> {
  const service = valueOf(filters, 'service');
  const asked = { ...range.api, ...(service === undefined ? {} : { service }), limit: KEYS_MAX };
  return useQuery({ queryKey: ['attribute keys', asked, range.now_ms], queryFn: ({ signal }) => get<AttributeKeys>('/api/v1/attributes', asked, signal), enabled: wanted, placeholderData: keepPreviousData, staleTime: 60_000 });
}

export interface AskedValues {
  readonly key: string;
  readonly place: Place;
  readonly prefix?: string;
  readonly limit: number;
}

export function useValues(asked: AskedValues | null, filters: readonly Filter[], range: PageRange): UseQueryResult<AttributeValues> {
  // The services to choose from are all of them, not the one that is chosen.
  const service = asked?.key === 'service' ? undefined : valueOf(filters, 'service');
  const values = {
    key: asked?.key ?? '',
    limit: asked?.limit ?? 1,
    ...(asked === null || asked.place === 'any' ? {} : { place: asked.place }),
    ...(asked?.prefix === undefined || asked.prefix === '' ? {} : { prefix: asked.prefix }),
    ...(service === undefined ? {} : { service }),
    ...range.api,
  };
  return useQuery({
    queryKey: ['attribute values', values, range.now_ms],
    queryFn: ({ signal }) => get<AttributeValues>('/api/v1/attributes/values', values, signal),
    enabled: asked !== null,
    // Values of another key would be wrong, those of a shorter prefix are a beginning.
    placeholderData: (before, query) => ((query?.queryKey[1] as { key?: string } | undefined)?.key === values.key ? before : undefined),
    staleTime: 60_000,
  });
}
