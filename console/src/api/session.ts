/** Who is signed in, and what they may do. Everything else on the page waits for this one answer. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ApiError, get, rememberCsrf } from './client.ts';

export interface SessionView {
  readonly account: { readonly id: string; readonly name: string; readonly role: string };
  readonly tenant: string;
  readonly csrf: string | null;
  /** Actions in the words of the server. */
  readonly mayDo: readonly string[];
  /** Null with a bearer token. */
  readonly signedInAt: string | null;
  readonly expiresAt: string | null;
}

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<SessionView | null> => {
    try {
      const session = await get<SessionView>('/api/v1/session');
      rememberCsrf(session.csrf);
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: false,
});

export function useSession(): SessionView | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the person signed in may do something; the server decides again when they do it. */
export function useMay(action: string): boolean {
  return useSession()?.mayDo.includes(action) ?? false;
}
