/** The minimization policy: the one in force, its versions, what somebody proposes, what a text would change, presets. `/api/v1/policy`. */
import { queryOptions } from '@tanstack/react-query';
import type { Weakening } from '#policy/weakening';
import { get, post } from './client.ts';
import { useMay, useSession } from './session.ts';

export interface Proposal {
  readonly id: string;
  readonly digest: string;
  /** Digest of the policy it would take the place of. */
  readonly base: string;
  readonly text: string;
  readonly by: string;
  /** Of whoever asks, who cannot approve it. */
  readonly isOwn: boolean;
  /** Milliseconds since 1970, as all times here. */
  readonly at: number;
  readonly note: string;
  readonly weakenings: readonly Weakening[];
}

export type ApprovalMode = 'never' | 'weakening' | 'always';

export interface PolicyInForce {
  readonly version: number;
  readonly digest: string;
  /** As it was written, comments kept. */
  readonly text: string;
  readonly since: number;
  /** A name; `server`, `command line`. */
  readonly by: string;
  readonly approvedBy: string | null;
  readonly note: string;
  /** Of whoever approved it. */
  readonly approvalNote: string;
  /** When a second person has to approve. */
  readonly approval: ApprovalMode;
  readonly proposal: Proposal | null;
}

export interface PolicyVersion {
  readonly version: number;
  readonly digest: string;
  readonly since: number;
  /** Null for the one in force. */
  readonly until: number | null;
  /** A name; `server`, `command line`. */
  readonly by: string;
  readonly approvedBy: string | null;
  readonly note: string;
  /** Of whoever approved it. */
  readonly approvalNote: string;
  readonly rules: number;
  /** The first of them. */
  readonly weakenings: readonly Weakening[];
  readonly weakeningsCount: number;
}

/** What became of a text that was applied or approved. */
export type Applied = InForceNow | { readonly applied: false; readonly proposal: Proposal };

export interface InForceNow {
  readonly applied: true;
  readonly version: number;
  /** The first block that is made under it; null where its rules are those that were in force. */
  readonly boundary: number | null;
  /** It is kept, and acted by as soon as the log knows it. */
  readonly pending: boolean;
  /** It is the text that is in force already. */
  readonly unchanged: boolean;
}

/** What the policy would do to one key of one service, and what today's does. */
export interface PolicyChange {
  readonly service: string;
  readonly place: string;
  readonly key: string;
  readonly kind: string;
  readonly action: string;
  readonly rule: string | null;
  readonly count: number;
  /** Null: nothing. */
  readonly today: { readonly action: string; readonly rule: string | null } | null;
  readonly differs: boolean;
  /** Masked: shapes, lengths, what stands in brackets. */
  readonly before?: string;
  readonly after?: string;
}

export interface DryRun {
  readonly spans: number;
  /** There were more spans, or more changes, than a dry run tells of. */
  readonly more: boolean;
  readonly changes: readonly PolicyChange[];
}

/** The policy is of the whole deployment: administrators of the tenant that runs it change it. */
export function useMayChangePolicy(): boolean {
  const may = useMay('policy.write');
  return useSession()?.tenant === 'default' && may;
}

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => get<PolicyInForce>('/api/v1/policy', {}, signal),
});

export const versionsQuery = queryOptions({
  queryKey: ['policy', 'versions'],
  queryFn: async ({ signal }) => (await get<{ readonly versions: readonly PolicyVersion[] }>('/api/v1/policy/versions', {}, signal)).versions,
});

export function versionQuery(version: number) {
  return queryOptions({
    queryKey: ['policy', 'versions', version],
    queryFn: ({ signal }) => get<PolicyVersion & { readonly text: string }>(`/api/v1/policy/versions/${version}`, {}, signal),
    // A version never changes; until when it was in force does not matter here.
    staleTime: Infinity,
  });
}

export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

export const presetsQuery = queryOptions({
  queryKey: ['policy', 'presets'],
  queryFn: async ({ signal }) => (await get<{ readonly presets: readonly Preset[] }>('/api/v1/policy/presets', {}, signal)).presets,
  staleTime: Infinity,
});

export async function presetText(name: string): Promise<string> {
  return (await get<{ readonly text: string }>(`/api/v1/policy/presets/${encodeURIComponent(name)}`)).text;
}

/** `base`: the digest of the policy that was edited. */
export async function apply(text: string, note: string, base: string): Promise<Applied> {
  return post<Applied>('/api/v1/policy/apply', { text, note, base });
}

export async function approve(id: string, note: string): Promise<Applied> {
  return post<Applied>(`/api/v1/policy/proposals/${encodeURIComponent(id)}/approve`, { note });
}

export async function reject(id: string, note: string): Promise<void> {
  await post(`/api/v1/policy/proposals/${encodeURIComponent(id)}/reject`, { note });
}

export async function revert(version: number, note: string): Promise<Applied> {
  return post<Applied>('/api/v1/policy/revert', { version, note });
}

/** What the text would have done to the spans since then. Aborting ends the work on the server too. */
export async function tryPolicy(text: string, since_ms: number, signal: AbortSignal): Promise<DryRun> {
  return post<DryRun>('/api/v1/policy/try', { text, since: since_ms }, signal);
}
