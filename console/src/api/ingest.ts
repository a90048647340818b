/** What came in and what became of it: the account, the table of refusals, producers, what was minimized. */
import { keepPreviousData, queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { PageRange } from '#time/use-range.ts';
import { get } from './client.ts';

/** Counts in spans; `minimized` in values, by kind. */
export interface Balance {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly dropped: number;
  readonly minimized: Readonly<Record<string, number>>;
  readonly refusedBy: Readonly<Record<string, number>>;
}

export interface Accounting {
  readonly totals: Balance;
  readonly producers: readonly (Balance & { readonly id: string; readonly name: string })[];
}

export interface ProducerSeries {
  readonly id: string;
  readonly name: string;
  readonly received: readonly number[];
  readonly stored: readonly number[];
  readonly refused: readonly number[];
  readonly dropped: readonly number[];
}

export interface ReasonSeries {
  readonly outcome: string;
  readonly reason: string;
  readonly producer: string;
  readonly count: number;
  readonly series: readonly number[];
}

export interface AccountingHistory {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  readonly producers: readonly ProducerSeries[];
  readonly reasons: readonly ReasonSeries[];
}

export interface RefusalRow {
  readonly code: string;
  readonly says: string;
  readonly advice: string;
  readonly http: number;
}

export interface Minimized {
  readonly services: readonly { readonly service: string; readonly kinds: readonly { readonly kind: string; readonly count: number }[] }[];
  readonly more: boolean;
}

export interface Producer {
  readonly id: string;
  readonly name: string;
  /** Globs of the service names it may speak for. */
  readonly services: readonly string[];
  /** SPIFFE ids and DNS names: a client certificate with one of them is this producer. */
  readonly certificates: readonly string[];
  /** Tokens of issuers that are this producer. */
  readonly tokens: readonly { readonly id: string; readonly issuer: string; readonly subject: string }[];
  /** May send spans that ended longer ago than the server’s limit. */
  readonly backfill: boolean;
  readonly createdAt: string;
  readonly revoked: boolean;
}

/** The key is in this answer and in no other. */
export interface KeyedProducer {
  readonly producer: Producer;
  readonly key: string;
}

export const HISTORY_BUCKETS = 60;

export function useAccountingHistory(range: PageRange): UseQueryResult<AccountingHistory> {
  const asked = { ...range.api, buckets: HISTORY_BUCKETS };
  return useQuery({ queryKey: ['accounting history', asked, range.now_ms], queryFn: ({ signal }) => get<AccountingHistory>('/api/v1/accounting/history', asked, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}

/** Since the store began. */
export function useAccounting(every_ms: number | false = false): UseQueryResult<Accounting> {
  return useQuery({ queryKey: ['accounting'], queryFn: ({ signal }) => get<Accounting>('/api/v1/accounting', {}, signal), refetchInterval: every_ms, staleTime: 1_000 });
}

export function useMinimized(range: PageRange): UseQueryResult<Minimized> {
  return useQuery({ queryKey: ['minimized', range.api, range.now_ms], queryFn: ({ signal }) => get<Minimized>('/api/v1/minimized', range.api, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}

/** It only changes with the server. */
export function useRefusals(): UseQueryResult<ReadonlyMap<string, RefusalRow>> {
  return useQuery({
    queryKey: ['refusals'],
    queryFn: async ({ signal }) => new Map((await get<{ refusals: readonly RefusalRow[] }>('/api/v1/refusals', {}, signal)).refusals.map((row) => [row.code, row])),
    staleTime: Infinity,
  });
}

/** A client certificate that a producer showed since the server started. */
export interface ShownCertificate {
  readonly fingerprint: string;
  readonly name: string;
  readonly expiresAt: string;
  readonly lastAt: string;
  readonly revoked: boolean;
}

export function certificatesQuery(producer: string) {
  return queryOptions({
    queryKey: ['certificates of producer', producer],
    queryFn: async ({ signal }) => (await get<{ certificates: readonly ShownCertificate[] }>(`/api/v1/producers/${producer}/certificates`, {}, signal)).certificates,
    staleTime: 2_000,
  });
}

export const producersQuery = queryOptions({
  queryKey: ['producers'],
  queryFn: async ({ signal }) => (await get<{ producers: readonly Producer[] }>('/api/v1/producers', {}, signal)).producers,
  staleTime: 10_000,
});
