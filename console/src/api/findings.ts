/** What was found: `GET /api/v1/findings`, events of OCSF Detection Finding, and what people decide about them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post } from './client.ts';

export interface Finding {
  /** Seen last; milliseconds since 1970, as all times here. */
  readonly time: number;
  /** 1 informational to 6 fatal. */
  readonly severity_id: number;
  readonly severity: string;
  /** 1 new, 2 in progress, 3 suppressed, 4 resolved, 5 archived. */
  readonly status_id: number;
  readonly status: string;
  readonly message: string;
  readonly count: number;
  readonly comment?: string;
  /** Without `tenant_uid` it concerns the whole deployment. */
  readonly metadata: { readonly tenant_uid?: string };
  readonly finding_info: {
    readonly uid: string;
    readonly title: string;
    readonly analytic: { readonly uid: string; readonly name: string };
    readonly first_seen_time: number;
    readonly last_seen_time: number;
    readonly modified_time?: number;
  };
  readonly evidences: readonly { readonly data: FindingPlace }[];
  readonly resources: readonly { readonly type: string; readonly uid: string; readonly name?: string }[];
  readonly unmapped?: { readonly status_changed_by?: { readonly is: string; readonly name?: string } };
}

export interface FindingPlace {
  readonly block?: number;
  readonly row?: number;
  readonly entry?: number;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly producer_id?: string;
}

export interface FindingsFilter {
  readonly status: readonly number[];
  /** At least so severe. */
  readonly severity: number | undefined;
  readonly analytic: string | undefined;
}

export const OPEN: readonly number[] = [1, 2];
export const SUPPRESSED: readonly number[] = [3];
export const CLOSED: readonly number[] = [4, 5];

interface FindingsPage {
  readonly findings: readonly Finding[];
  readonly nextCursor: string | null;
}

const COUNTED_MAX = 100;

export function findingsQuery({ status, severity, analytic }: FindingsFilter, asked: number) {
  return infiniteQueryOptions({
    queryKey: ['findings', status, severity, analytic, asked],
    queryFn: ({ signal, pageParam }) => get<FindingsPage>('/api/v1/findings', { status: status.map(String), severity, analytic, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

export function findingQuery(uid: string) {
  return queryOptions({ queryKey: ['findings', uid], queryFn: ({ signal }) => get<Finding>(`/api/v1/findings/${encodeURIComponent(uid)}`, {}, signal) });
}

/** For the rail: how many are open, and how grave the gravest is. What is read is recorded, so nobody asks without somebody looking. */
export const openFindingsQuery = queryOptions({
  queryKey: ['findings', 'open'],
  queryFn: async ({ signal }) => {
    const { findings } = await get<FindingsPage>('/api/v1/findings', { status: OPEN.map(String), limit: COUNTED_MAX }, signal);
    return { count: findings.length, isMore: findings.length >= COUNTED_MAX, severity: findings.reduce((most, { severity_id }) => Math.max(most, severity_id), 0) };
  },
  staleTime: 60_000,
  refetchOnWindowFocus: true,
  retry: false,
});

export async function decide(uid: string, status_id: number, comment: string): Promise<Finding> {
  return post<Finding>(`/api/v1/findings/${encodeURIComponent(uid)}/status`, { status_id, comment });
}
