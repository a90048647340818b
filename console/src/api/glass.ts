/** Broken glass: who has a role for the moment, taking one, ending it. `/api/v1/access/break-glass`. */
import { queryOptions } from '@tanstack/react-query';
import { get, post } from './client.ts';
import type { Role } from './roles.ts';

export interface Glass {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  readonly isOwn: boolean;
  readonly mayEnd: boolean;
}

export interface GlassState {
  readonly glass: readonly Glass[];
  /** Roles that this person may take. */
  readonly mayTake: readonly Role[];
  readonly minutesMax: number;
}

/** Looked at now and then: it is to be seen while it lasts. */
export const glassQuery = queryOptions({
  queryKey: ['glass'],
  queryFn: ({ signal }) => get<GlassState>('/api/v1/access/break-glass', {}, signal),
  refetchInterval: 20_000,
});

export async function breakGlass(role: Role, reason: string, minutes: number): Promise<Glass> {
  return post<Glass>('/api/v1/access/break-glass', { role, reason, minutes });
}

export async function endGlass(id: string): Promise<void> {
  await post(`/api/v1/access/break-glass/${encodeURIComponent(id)}/end`, {});
}
