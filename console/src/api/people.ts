/** Sessions begin and change here; people and tokens, for those who may see them. */
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { get, post, rememberCsrf, remove } from './client.ts';
import type { Role } from './roles.ts';
import { rememberOwn, sessionQuery, type SessionView } from './session.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly secondFactor: boolean;
  readonly createdAt: string;
  /** When the newest session began. */
  readonly signedInAt: string | null;
  /** The sign-in provider that keeps it; null: this server. */
  readonly issuer: string | null;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  /** Whom it acts for. */
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly roles: readonly Role[];
  /** Null: whatever its roles may do. */
  readonly scopes: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly usedAt: string | null;
  readonly revoked: boolean;
}

export interface OpenSession {
  readonly isThis: boolean;
  readonly signedInAt: string;
  readonly seenAt: string;
  readonly expiresAt: string;
  readonly network: string | null;
}

/** A secret for an app, and the same as a URI for a picture. */
export interface FactorOffer {
  readonly secret: string;
  readonly uri: string;
}

export const accountsQuery = queryOptions({ queryKey: ['accounts'], queryFn: async ({ signal }) => (await get<{ accounts: readonly Account[] }>('/api/v1/accounts', {}, signal)).accounts });
export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: async ({ signal }) => (await get<{ tokens: readonly Token[] }>('/api/v1/tokens', {}, signal)).tokens });
export const ownTokensQuery = queryOptions({ queryKey: ['own-tokens'], queryFn: async ({ signal }) => (await get<{ tokens: readonly Token[] }>('/api/v1/session/tokens', {}, signal)).tokens });
export const openSessionsQuery = queryOptions({ queryKey: ['open-sessions'], queryFn: async ({ signal }) => (await get<{ sessions: readonly OpenSession[] }>('/api/v1/session/all', {}, signal)).sessions });

/** Whether nobody has an account yet. */
export const firstQuery = queryOptions({ queryKey: ['session', 'first'], queryFn: async () => (await get<{ open: boolean }>('/api/v1/session/first')).open, staleTime: 0, retry: false });

/** With whom people may sign in besides; null: with nobody. */
export const providerQuery = queryOptions({ queryKey: ['session', 'provider'], queryFn: async () => (await get<{ provider: { readonly name: string } | null }>('/api/v1/session/provider')).provider, staleTime: 60_000, retry: false });

/** The page is left: the browser comes back to `/sign-in/return`. */
export async function goToProvider(): Promise<void> {
  const { location: there } = await post<{ location: string }>('/api/v1/session/provider/begin');
  location.assign(there);
}

/** Ends the session here, or everywhere. True if the page is being left, to sign out at the provider too. */
export async function endSession(path: '/api/v1/session' | '/api/v1/session/all'): Promise<boolean> {
  const { leave } = (await remove<{ leave?: string } | undefined>(path)) ?? {};
  if (leave !== undefined) location.assign(leave);
  return leave !== undefined;
}

/** Asks for a session by one of its ways; what the browser knew of somebody else is forgotten. */
export async function beginSession(client: QueryClient, path: '/api/v1/session' | '/api/v1/session/first' | '/api/v1/session/link' | '/api/v1/session/provider', body: object): Promise<SessionView> {
  const session = await post<SessionView>(path, body);
  client.clear();
  keepSession(client, session);
  return session;
}

export async function changePassword(client: QueryClient, current: string, password: string): Promise<void> {
  keepSession(client, await post<SessionView>('/api/v1/session/password', { current, password }));
}

export function offerFactor(password: string): Promise<FactorOffer> {
  return post<FactorOffer>('/api/v1/session/second-factor', { password });
}

/** The recovery codes, which are shown only now. */
export async function confirmFactor(client: QueryClient, code: string): Promise<readonly string[]> {
  const { recoveryCodes, ...session } = await post<SessionView & { readonly recoveryCodes: readonly string[] }>('/api/v1/session/second-factor/confirm', { code });
  keepSession(client, session);
  return recoveryCodes;
}

export async function removeFactor(client: QueryClient, password: string, code: string): Promise<void> {
  keepSession(client, await post<SessionView>('/api/v1/session/second-factor/remove', { password, code }));
}

export async function renewRecoveryCodes(client: QueryClient, password: string, code: string): Promise<readonly string[]> {
  const { recoveryCodes } = await post<{ recoveryCodes: readonly string[] }>('/api/v1/session/recovery-codes', { password, code });
  await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  return recoveryCodes;
}

function keepSession(client: QueryClient, session: SessionView): void {
  rememberCsrf(session.csrf);
  rememberOwn(session);
  client.setQueryData(sessionQuery.queryKey, session);
}
