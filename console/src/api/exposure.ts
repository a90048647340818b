/** What services send that is sensitive: by place, key and kind, with what the policy in force does about it. `/api/v1/exposure`. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { PageRange } from '#time/use-range.ts';
import { get } from './client.ts';

/** What a policy does, and by which rule; null: no rule names it. */
export interface Decision {
  readonly rule: string | null;
  readonly action: string;
}

export interface ExposureRow {
  readonly service: string;
  /** In the words of the policy: `span`, `event`, `span-name`. */
  readonly place: string;
  /** Of the attribute; of a text that is none its place; '' in `rest`. */
  readonly key: string;
  readonly inKey: boolean;
  readonly kind: string;
  /** Keys beyond the limit of what the server keeps apart, together. */
  readonly rest: boolean;
  readonly count: number;
  /** Nanoseconds since 1970 of the minute, decimal. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly isNew: boolean;
  readonly trend: readonly number[];
  readonly rule: string | null;
  readonly action: string | null;
  readonly elsewhere: readonly Decision[];
}

export interface ExposureAnswer {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  readonly more: boolean;
  readonly rows: readonly ExposureRow[];
}

export function useExposure(service: string | undefined, range: PageRange): UseQueryResult<ExposureAnswer> {
  const asked = { ...(service === undefined ? {} : { service }), ...range.api };
  return useQuery({ queryKey: ['exposure', asked, range.now_ms], queryFn: ({ signal }) => get<ExposureAnswer>('/api/v1/exposure', asked, signal), placeholderData: keepPreviousData, staleTime: Infinity });
}
