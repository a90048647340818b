/** What waits for a second person: `/api/v1/approvals`. Somebody else than who asked, with the same permission, approves it once; then who asked does it. */
import { queryOptions } from '@tanstack/react-query';
import type { ApprovalView as Approval } from '#query/reveal/answer-types';
import { get, post } from './client.ts';

export type { ApprovalView as Approval } from '#query/reveal/answer-types';

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
