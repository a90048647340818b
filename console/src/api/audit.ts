/** Who did what: `GET /api/v1/audit`, the newest first. What is looked at here is itself recorded. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import { get } from './client.ts';

export type Outcome = 'allowed' | 'refused' | 'failed';

export interface AuditRecord {
  readonly id: string;
  readonly time: string;
  readonly who: string;
  readonly whoId: string | null;
  /** person, token, command line, link, server, or nobody. */
  readonly whoKind: string;
  readonly action: string;
  /** `trace:<id>`, `token:<id>`, …; a word where it is no single thing. */
  readonly resource: string;
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly route: string;
  readonly filter: string | null;
  readonly rows: number | null;
  readonly reason: string | null;
  readonly network: string | null;
  readonly count: number;
  readonly until: string | null;
  readonly entry: number;
}

interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

export interface AuditFilter {
  readonly who: string | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  readonly outcome: Outcome | undefined;
  /** As the API takes it: how long ago, or a time. */
  readonly from: string | undefined;
}

export function auditQuery(filter: AuditFilter, asked: number) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter, asked],
    queryFn: ({ signal, pageParam }) => get<AuditPage>('/api/v1/audit', { ...filter, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}
