/** The tamper-evident log as the server tells of it: `GET /api/v1/log` and what lies below. None of it is proved; `#seal` does that. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';

export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  /** ISO 8601; null for a plain signature, which says none. */
  readonly time: string | null;
}

export interface Witness {
  readonly name: string;
  readonly host: string;
  readonly state: 'waiting' | 'cosigned' | 'failing' | 'refused';
  /** Size and time of the last cosignature that held. */
  readonly size: number | null;
  readonly cosigned: string | null;
  readonly failure: string | null;
}

export interface LogStatus {
  readonly origin: string;
  readonly vkeys: readonly string[];
  /** Entries that are durable. */
  readonly size: number;
  readonly published: { readonly size: number; readonly root: string; readonly signed: string | null; readonly signatures: readonly NoteSigner[]; readonly note: string } | null;
  readonly quorum: number;
  /** Why the published checkpoint does not advance, in words; null if it does. */
  readonly held: string | null;
  readonly witnesses: readonly Witness[];
  /** Whether anybody may fetch checkpoint and tiles under `/log`. */
  readonly public: boolean;
  readonly growth: readonly Growth[];
}

export function fetchLog(signal?: AbortSignal): Promise<LogStatus> {
  return get<LogStatus>('/api/v1/log', {}, signal);
}

export const logQuery = queryOptions({ queryKey: ['log'], queryFn: ({ signal }) => fetchLog(signal), staleTime: 1_000 });

/** Base64 hashes. */
export async function fetchConsistency(from: number, to: number): Promise<readonly string[]> {
  return (await get<{ readonly proof: readonly string[] }>('/api/v1/log/consistency', { from, to })).proof;
}

/** Entries by hour and type of the last days, the newest first. */
export interface Growth {
  readonly hour: string;
  readonly type: string;
  readonly entries: number;
}

export interface LogEntry {
  readonly index: number;
  readonly time: string;
  readonly type: string;
  /** For administrators; null where it is of another tenant, or not in the store yet. */
  readonly statement?: string | null;
}

export interface LogEntries {
  /** Of the log. */
  readonly size: number;
  readonly entries: readonly LogEntry[];
}

/** Oldest first. `from`: the index of the first; without it the newest ones. */
export function entriesQuery(from: number | undefined, limit: number, size: number) {
  return queryOptions({ queryKey: ['log-entries', from, limit, from === undefined ? size : 0], queryFn: ({ signal }) => get<LogEntries>('/api/v1/log/entries', { from, limit }, signal), placeholderData: keepPreviousData });
}

/** The two texts that an entry is a commitment to. Who asks is recorded. */
export interface EntryBody {
  readonly statement: string;
  /** Null for blocks, and for what concerns all tenants. */
  readonly closed: string | null;
}

export function fetchEntry(index: number): Promise<EntryBody> {
  return get<EntryBody>(`/api/v1/log/entries/${index}`);
}
