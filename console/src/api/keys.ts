/** The keys that seal fields, and what is done with them: `/api/v1/keys`. No key comes to the browser. */
import { queryOptions } from '@tanstack/react-query';
import type { KeysView } from '#query/keys/answer-types';
import { get, post } from './client.ts';

export type { KeysView, KeyVersionView, SealedFieldView, SealingRootView, TenantKeysView } from '#query/keys/answer-types';

const IDLE_MS = 20_000;
const RUNNING_MS = 700;

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => get<KeysView>('/api/v1/keys', {}, signal),
  refetchInterval: ({ state }) => (state.data?.tenants[0]?.rewrapping == null ? IDLE_MS : RUNNING_MS),
});

export async function rotateKeys(): Promise<KeysView> {
  return post<KeysView>('/api/v1/keys/rotate', {});
}

/** Begins; `keysQuery` says how far it is. */
export async function rewrapKeys(): Promise<KeysView> {
  return post<KeysView>('/api/v1/keys/rewrap', {});
}

export async function retireKey(version: number): Promise<KeysView> {
  return post<KeysView>('/api/v1/keys/retire', { version });
}
