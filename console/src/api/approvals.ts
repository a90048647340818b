/** What waits for a second person: `/api/v1/approvals`. Somebody else than who asked, with the same permission, approves it once; then who asked does it. */
import { queryOptions } from '@tanstack/react-query';
import { get, post } from './client.ts';

export interface Approval {
  readonly id: string;
  readonly kind: 'reveal' | 'forget' | 'export';
  readonly state: 'waiting' | 'approved' | 'declined' | 'used' | 'expired';
  readonly by: { readonly id: string; readonly name: string };
  /** ISO 8601, as all times here. */
  readonly made: string;
  /** It is over then, decided or not, used or not. */
  readonly until: string;
  readonly reason: string;
  readonly trace?: string | null;
  /** Attribute keys, or `status.message`. */
  readonly fields?: readonly string[];
  /** A digest: the person is named in no answer. Only for those who may know. */
  readonly subject?: string | null;
  readonly decidedBy: { readonly id: string; readonly name: string } | null;
  readonly decided: string | null;
  /** Whoever reads this asked for it. */
  readonly mine: boolean;
  /** Whoever reads this may approve or decline it. */
  readonly mayDecide: boolean;
}

const WAITING_MS = 5_000;
const QUIET_MS = 20_000;

/** Looked at now and then; more often while something of one's own waits. */
export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  queryFn: async ({ signal }) => (await get<{ readonly approvals: readonly Approval[] }>('/api/v1/approvals', {}, signal)).approvals,
  refetchInterval: ({ state }) => (state.data?.some(({ mine, state: now }) => mine && now === 'waiting') === true ? WAITING_MS : QUIET_MS),
});

/** Any of these lets somebody ask, or decide. */
export const APPROVAL_ACTIONS: readonly string[] = ['field.reveal', 'subject.forget', 'subject.export'];

export async function approve(id: string): Promise<void> {
  await post(`/api/v1/approvals/${encodeURIComponent(id)}/approve`, {});
}

/** Of one's own: takes it back. */
export async function decline(id: string): Promise<void> {
  await post(`/api/v1/approvals/${encodeURIComponent(id)}/decline`, {});
}

/** How many wait for whoever reads this. */
export function forMe(approvals: readonly Approval[] | undefined): number {
  return approvals?.filter(({ state, mayDecide }) => state === 'waiting' && mayDecide).length ?? 0;
}
