/**
 * The time range of the page, from its URL, and the instant at which the page was last asked to refresh: all queries of a page
 * count back from the same now, so that its figures agree.
 */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useSyncExternalStore } from 'react';
import { apiRange, endsOf, type Range, rangeLabel, readRange } from './range.ts';

let now_ms = Date.now();
const listeners = new Set<() => void>();

/** Counts "now" anew: the refresh button, and pages that refresh by themselves. */
export function refreshNow(): void {
  now_ms = Date.now();
  for (const listener of listeners) listener();
}

export interface PageRange {
  readonly range: Range;
  readonly label: string;
  readonly from_ms: number;
  readonly to_ms: number;
  /** Parameters `start` and `end` of the query API. */
  readonly api: { readonly start: string; readonly end?: string };
  readonly now_ms: number;
}

export function useRange(): PageRange {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const now = useSyncExternalStore(subscribe, () => now_ms);
  const from = textOf(search['from']);
  const to = textOf(search['to']);
  return useMemo(() => {
    const range = readRange({ from, to });
    return { range, label: rangeLabel(range), ...endsOf(range, now), api: apiRange(range, now), now_ms: now };
  }, [from, to, now]);
}

/** Sets the range in the URL and leaves everything else there as it is. */
export function useSetRange(): (range: Range) => void {
  const navigate = useNavigate();
  return ({ from, to }) => {
    refreshNow();
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, from, to }) });
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
