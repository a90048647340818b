/** What verification by the server found: `GET /api/v1/integrity`, and having everything verified now. */
import { queryOptions } from '@tanstack/react-query';
import { get, post } from './client.ts';

export interface Progress {
  readonly startedAt: string;
  readonly phase: 'log' | 'blocks' | 'look-up' | 'account';
  /** Checked so far, and how many there are about. */
  readonly spans: number;
  readonly spansTotal: number;
}

export interface Verification {
  readonly finishedAt: string;
  /** Rests included: it makes way for everything else. */
  readonly took_ms: number;
  readonly findings: number;
  readonly entries: number;
  readonly blocks: number;
  readonly spans: number;
  /** Removed by a rule of retention that the log states. */
  readonly expired: { readonly blocks: number; readonly spans: number };
  /** From before there was a log. */
  readonly beforeLog: { readonly blocks: number; readonly spans: number };
}

export interface Integrity {
  readonly running: Progress | null;
  /** The last one that looked at everything. */
  readonly full: Verification | null;
  /** When and why the last one could not be finished. */
  readonly failed: { readonly at: string; readonly why: string } | null;
}

export const integrityQuery = queryOptions({ queryKey: ['integrity'], queryFn: ({ signal }) => get<Integrity>('/api/v1/integrity', {}, signal), staleTime: 1_000 });

export async function verifyNow(): Promise<void> {
  await post('/api/v1/integrity/verify');
}
