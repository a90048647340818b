/** The seal of a trace: has a worker verify its evidence, again while it is too new for a checkpoint, and keeps what this browser saw of the log. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Outline } from '#outline/outline.ts';
import type { DrawnSeal } from './opened.ts';
import { forgetRemembered, readRemembered, writeRemembered } from './remembered.ts';
import type { Shown } from './shown.ts';
import type { Verdict } from './verdict.ts';
import type { SealRequest } from './verify-trace.ts';

export interface Seal {
  /** Null while it is being checked for the first time, or waits to be asked for. */
  readonly verdict: Verdict | null;
  /** Evidence of so large a trace is not fetched unasked. */
  readonly isUnasked: boolean;
  readonly isChecking: boolean;
  readonly check: () => void;
  /** Believe the log as it is now, as at the first visit. */
  readonly begin: () => void;
}

/** A checkpoint comes at most once a second; after so many tries something else is the matter, and people press the button. */
const AGAIN_MS = 1_500;
const TRIES = 20;
/** Up to this size the browser asks for evidence by itself: some 30 MB. */
const SPANS_UNASKED_MAX = 20_000;
/** A phone may take long for a large trace. */
const DEADLINE_MS = 120_000;

export function useSeal(outline: Outline): Seal {
  const client = useQueryClient();
  const queryKey = ['seal', outline.traceId, serialOf(outline)];
  const { data, isFetching, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<Verdict> => {
      const verdict = await verifyAside(outline, signal);
      if (verdict.state === 'verified') writeRemembered(localStorage, verdict.remember);
      // A picture of another size has a seal of its own.
      if (verdict.state === 'stale') void client.invalidateQueries({ queryKey: ['outline', outline.traceId] });
      return verdict;
    },
    enabled: outline.size <= SPANS_UNASKED_MAX,
    retry: false,
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' && state.dataUpdateCount < TRIES ? AGAIN_MS : false),
  });
  const check = useCallback(() => void refetch(), [refetch]);
  const begin = useCallback(() => {
    forgetRemembered(localStorage);
    void client.invalidateQueries({ queryKey: ['seal'] });
    void client.invalidateQueries({ queryKey: ['followed'] });
  }, [client]);
  return { verdict: data ?? null, isUnasked: data === undefined && !isFetching && outline.size > SPANS_UNASKED_MAX, isChecking: isFetching, check, begin };
}

/** What stands open, held against the evidence. Undefined: it is being checked; null: there is nothing to check, or it would take too long. Only in memory while it stands open. */
export function useOpenedSeal(outline: Outline, drawn: readonly DrawnSeal[], opening: string): Verdict | null | undefined {
  const enabled = drawn.length > 0 && outline.size <= SPANS_UNASKED_MAX;
  const { data } = useQuery({
    queryKey: ['opened seal', outline.traceId, opening],
    queryFn: ({ signal }) => verifyAside(outline, signal, drawn),
    enabled, retry: false, staleTime: Infinity, gcTime: 0, structuralSharing: false,
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' && state.dataUpdateCount < TRIES ? AGAIN_MS : false),
  });
  return enabled ? data : null;
}

const serials = new WeakMap<Outline, number>();
let serial = 0;

/** A verdict is about one answer of the server: the next one, of the same size perhaps, may draw something else. */
function serialOf(outline: Outline): number {
  const known = serials.get(outline) ?? (serial += 1);
  serials.set(outline, known);
  return known;
}

/** In a worker of its own, which ends with the answer: a trace of 50,000 spans is hundreds of megabytes of text and hashes. */
async function verifyAside(outline: Outline, signal: AbortSignal, drawn?: readonly DrawnSeal[]): Promise<Verdict> {
  const { startWorker } = await import('./start-worker.ts');
  const worker = startWorker();
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), DEADLINE_MS);
  try {
    return await new Promise<Verdict>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('cannot verify the trace: nobody waits for it any more')));
      timer.signal.addEventListener('abort', () => resolve({ state: 'unchecked', says: 'The check took longer than two minutes in this browser.', advice: 'Check again, or verify the trace with the command line.' }));
      worker.onmessage = ({ data }: MessageEvent<Verdict>) => resolve(data);
      worker.onerror = () => resolve({ state: 'unchecked', says: 'The part of this page that verifies did not start.', advice: 'Reload the page. If it stays so, something between this browser and the server changes what it loads.' });
      const request: SealRequest = { traceId: outline.traceId, shown: shownOf(outline), remembered: readRemembered(localStorage), now_ms: Date.now(), ...(drawn !== undefined && { drawn }) };
      worker.postMessage(request);
    });
  } finally {
    clearTimeout(timeout);
    worker.terminate();
  }
}

/** Columns only: what a worker gets is copied. */
function shownOf({ startTimeUnixNano, more, services, names, size, ids, parent, service, name, start, duration, kind, status, events, exceptions, minimized, orphan, begunOutside, hidden, versions }: Outline): Shown {
  return { startTimeUnixNano, more, services, names, size, ids, parent, service, name, start, duration, kind, status, events, exceptions, minimized, orphan, begunOutside, hidden, versions };
}
