/** Who may do what: default roles, own policies of the tenant and their versions, and asking. `/api/v1/access`. */
import { queryOptions } from '@tanstack/react-query';
import type { Problem } from '#policy/read';
import { get, post } from './client.ts';
import type { Role } from './roles.ts';

export interface AccessVersion {
  /** 0: there is none. */
  readonly version: number;
  readonly policies: number;
  readonly since: number | null;
  readonly by: string;
  readonly note: string;
}

export interface AccessInForce extends AccessVersion {
  readonly text: string;
  readonly roles: readonly { readonly name: string; readonly text: string }[];
  readonly actions: readonly string[];
}

export interface Explained {
  readonly allowed: boolean;
  readonly why: string;
  readonly policies: readonly { readonly id: string; readonly text: string }[];
  readonly roles: readonly Role[];
  readonly partly: boolean;
  readonly who: { readonly name: string; readonly roles: readonly Role[]; readonly groups: readonly string[] };
}

export interface AccessQuestion {
  readonly user?: string;
  readonly roles?: readonly Role[];
  readonly groups?: readonly string[];
  readonly action: string;
  readonly resource: string;
  /** As if these were the own policies. */
  readonly text?: string;
}

export const accessQuery = queryOptions({
  queryKey: ['access'],
  queryFn: ({ signal }) => get<AccessInForce>('/api/v1/access', {}, signal),
});

export const accessVersionsQuery = queryOptions({
  queryKey: ['access', 'versions'],
  queryFn: async ({ signal }) => (await get<{ readonly versions: readonly AccessVersion[] }>('/api/v1/access/versions', {}, signal)).versions,
});

export function accessVersionQuery(version: number) {
  return queryOptions({
    queryKey: ['access', 'versions', version],
    queryFn: ({ signal }) => get<AccessVersion & { readonly text: string }>(`/api/v1/access/versions/${version}`, {}, signal),
    staleTime: Infinity,
  });
}

export async function checkAccess(text: string): Promise<readonly Problem[]> {
  return (await post<{ readonly problems: readonly Problem[] }>('/api/v1/access/check', { text })).problems;
}

/** `base`: the version that was edited, 0 if there was none. */
export async function applyAccess(text: string, note: string, base: number): Promise<AccessVersion> {
  return post<AccessVersion>('/api/v1/access/apply', { text, note, base });
}

export async function explainAccess(question: AccessQuestion): Promise<Explained> {
  return post<Explained>('/api/v1/access/explain', question);
}
