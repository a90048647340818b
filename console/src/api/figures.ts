/** Figures of spans: rate, errors and durations over time, and calls between services. Durations are numbers of nanoseconds. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { PageRange } from '#time/use-range.ts';
import { get } from './client.ts';

export interface Red {
  readonly count: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface Series {
  readonly count: readonly number[];
  readonly errors: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

export interface RedGroup extends Red {
  readonly service: string;
  readonly operation?: string;
  readonly kind?: string;
  /** Names beyond the limit of what the server keeps apart, together. */
  readonly rest: boolean;
  readonly previous: Red | null;
  readonly series: Series;
}

export interface RedAnswer {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  readonly previous: { readonly start: string; readonly end: string };
  readonly more: boolean;
  readonly groups: readonly RedGroup[];
}

export interface Node extends Red {
  readonly service: string;
}

export interface Edge extends Red {
  readonly parent: string;
  readonly child: string;
}

export interface ServiceMap {
  readonly start: string;
  readonly end: string;
  /** Calls are estimated from one in so many traces. */
  readonly oneIn: number;
  readonly more: boolean;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** Which spans count: those that enter a service, or all. */
export type Spans = 'entry' | 'all';

export interface AskedRed {
  readonly by: 'service' | 'operation' | 'total';
  readonly service?: string;
  readonly spans: Spans;
  readonly buckets: number;
}

export function useRed({ by, service, spans, buckets }: AskedRed, range: PageRange): UseQueryResult<RedAnswer> {
  const asked = { by, service, buckets, ...(spans === 'entry' ? { kind: 'entry' } : {}), ...range.api };
  return useQuery({ queryKey: ['red', asked, range.now_ms], queryFn: ({ signal }) => get<RedAnswer>('/api/v1/red', asked, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}

export function useServiceMap(range: PageRange): UseQueryResult<ServiceMap> {
  return useQuery({ queryKey: ['map', range.api, range.now_ms], queryFn: ({ signal }) => get<ServiceMap>('/api/v1/map', range.api, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}

/** All services of the store, whatever the range. */
export function useServiceNames(): UseQueryResult<readonly string[]> {
  return useQuery({ queryKey: ['services'], queryFn: async ({ signal }) => (await get<{ services: readonly string[] }>('/api/v1/services', {}, signal)).services, staleTime: 30_000 });
}
