/** Who is signed in, and what they may do. Everything else on the page waits for this one answer. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ApiError, get, rememberCsrf } from './client.ts';
import type { Role } from './roles.ts';
import { changeOwner, ownerOf } from './own-storage.ts';

export interface SessionView {
  readonly account: { readonly id: string; readonly name: string; readonly roles: readonly Role[]; readonly groups: readonly string[] };
  readonly tenant: string;
  readonly csrf: string | null;
  /** Actions in the words of the server. */
  readonly mayDo: readonly string[];
  /** What policies allow, and is refused because it tells of a whole tenant or of the server, of which this person sees a part. */
  readonly tooWide: readonly string[];
  /** Null: none. */
  readonly secondFactor: { readonly since: string; readonly recoveryCodesLeft: number } | null;
  /** The server answers nothing before there is one. */
  readonly mustAddFactor: boolean;
  /** The sign-in provider that keeps this account; null: this server. */
  readonly issuer: string | null;
  /** Null with a bearer token. */
  readonly signedInAt: string | null;
  readonly expiresAt: string | null;
}

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => askSession(2),
  staleTime: 60_000,
  retry: false,
});

/**
 * Cookies belong to a host, storage to one port of it: a page on another port can put its own session in place of ours, but cannot say that this console
 * was signed in to with it.
 */
export function rememberOwn({ account }: SessionView): void {
  changeOwner(localStorage, account.id);
}

/** False when the session is of an account other than the one that last signed in with this console. */
export function isOwn({ account, csrf }: SessionView): boolean {
  const own = ownerOf(localStorage);
  return csrf === null || own === null || own === account.id;
}

/** A session that is over is asked for once more: what another page had put beside it, the server took away with its first answer. */
async function askSession(tries: number): Promise<SessionView | null> {
  try {
    const session = await get<SessionView>('/api/v1/session');
    rememberCsrf(session.csrf);
    return session;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    return error.code === 'session_over' && tries > 1 ? askSession(tries - 1) : null;
  }
}

export function useSession(): SessionView | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the person signed in may do something; the server decides again when they do it. */
export function useMay(action: string): boolean {
  return useSession()?.mayDo.includes(action) ?? false;
}
