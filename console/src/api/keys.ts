/** The keys that seal fields, and what is done with them: `/api/v1/keys`. No key comes to the browser. */
import { queryOptions } from '@tanstack/react-query';
import { get, post } from './client.ts';

export interface KeyVersion {
  readonly version: number;
  /** `current` takes new windows, `needed` still opens some, `unneeded` can be retired, of `retired` the private half is destroyed. */
  readonly state: 'current' | 'needed' | 'unneeded' | 'retired';
  readonly windows: number;
  /** ISO 8601. */
  readonly made: string;
  readonly retired: string | null;
}

export interface SealedField {
  /** With `*`, or `status.message`. */
  readonly key: string;
  /** Id of the rule that seals it. */
  readonly sealed: string;
  readonly searchable: boolean;
  readonly subject: boolean;
  readonly approval: string | null;
}

export interface Keys {
  /** `made`: it was used once. `present`: what it wraps can be opened by this server. */
  readonly root: { readonly kind: 'file' | 'passphrase' | 'transit'; readonly made: boolean; readonly present: boolean };
  readonly versions: readonly KeyVersion[];
  readonly toRewrap: number;
  readonly rewrapping: { readonly done: number; readonly of: number } | null;
  readonly rewrapFailed: boolean;
  readonly windows: number;
  /** All that were made, destroyed ones too. */
  readonly subjectKeys: number;
  readonly destroyed: number;
  readonly fields: readonly SealedField[];
}

const IDLE_MS = 20_000;
const RUNNING_MS = 700;

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => get<Keys>('/api/v1/keys', {}, signal),
  refetchInterval: ({ state }) => (state.data?.rewrapping == null ? IDLE_MS : RUNNING_MS),
});

export async function rotateKeys(): Promise<Keys> {
  return post<Keys>('/api/v1/keys/rotate', {});
}

/** Begins; `keysQuery` says how far it is. */
export async function rewrapKeys(): Promise<Keys> {
  return post<Keys>('/api/v1/keys/rewrap', {});
}

export async function retireKey(version: number): Promise<Keys> {
  return post<Keys>('/api/v1/keys/retire', { version });
}
