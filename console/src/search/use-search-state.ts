/** The state of the search page lives in its URL: read from there, written there, so that Back undoes and a link shows the same. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { Range } from '#time/range.ts';
import { refreshNow } from '#time/use-range.ts';
import { readState, type SearchState, writeState } from './address.ts';

export interface Change extends Partial<SearchState> {
  readonly range?: Range;
}

export interface SearchControl {
  readonly state: SearchState;
  /** Changes part of it; one step back in the browser undoes it. */
  readonly change: (change: Change) => void;
  /** Goes to another search, as it was kept. */
  readonly go: (address: Readonly<Record<string, unknown>>) => void;
}

export function useSearchState(): SearchControl {
  const address: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const state = useMemo(() => readState(address), [address]);
  const change = useCallback(
    ({ range, ...rest }: Change) => {
      if (range !== undefined) refreshNow();
      void navigate({
        to: '/search',
        resetScroll: false,
        search: (before: Record<string, unknown>) => {
          const ranged = range === undefined ? before : { ...before, from: range.from, to: range.to };
          return writeState(ranged, { ...readState(before), ...rest });
        },
      });
    },
    [navigate],
  );
  const go = useCallback(
    (to: Readonly<Record<string, unknown>>) => {
      refreshNow();
      void navigate({ to: '/search', search: to });
    },
    [navigate],
  );
  return { state, change, go };
}
