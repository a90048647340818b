/** Sessions begin and change here; people and tokens, for those who may see them. */
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { get, post, rememberCsrf } from './client.ts';
import type { Role } from './roles.ts';
import { rememberOwn, sessionQuery, type SessionView } from './session.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly createdAt: string;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revoked: boolean;
}

export const accountsQuery = queryOptions({ queryKey: ['accounts'], queryFn: async ({ signal }) => (await get<{ accounts: readonly Account[] }>('/api/v1/accounts', {}, signal)).accounts });
export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: async ({ signal }) => (await get<{ tokens: readonly Token[] }>('/api/v1/tokens', {}, signal)).tokens });

/** Whether nobody has an account yet. */
export const firstQuery = queryOptions({ queryKey: ['session', 'first'], queryFn: async () => (await get<{ open: boolean }>('/api/v1/session/first')).open, staleTime: 0, retry: false });

/** Asks for a session by one of its ways; what the browser knew of somebody else is forgotten. */
export async function beginSession(client: QueryClient, path: '/api/v1/session' | '/api/v1/session/first' | '/api/v1/session/link', body: object): Promise<SessionView> {
  const session = await post<SessionView>(path, body);
  client.clear();
  keepSession(client, session);
  return session;
}

export async function changePassword(client: QueryClient, current: string, password: string): Promise<void> {
  keepSession(client, await post<SessionView>('/api/v1/session/password', { current, password }));
}

function keepSession(client: QueryClient, session: SessionView): void {
  rememberCsrf(session.csrf);
  rememberOwn(session);
  client.setQueryData(sessionQuery.queryKey, session);
}
