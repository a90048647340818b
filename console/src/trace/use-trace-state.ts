/** What is looked at in a trace: in the address, but for the row under the cursor, which moves too fast for it. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Outline, spanById } from '#outline/outline.ts';
import { readTraceAddress, type TraceAddress, writeTraceAddress } from './address.ts';

export type ChangeAddress = (change: Partial<TraceAddress>) => void;

export function useTraceAddress(): readonly [TraceAddress, ChangeAddress] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const address = useMemo(() => readTraceAddress(search), [search]);
  const change = useCallback<ChangeAddress>(
    (changed) => {
      const next = (before: Record<string, unknown>): Record<string, unknown> => ({ ...before, ...writeTraceAddress({ ...readTraceAddress(before), ...changed }) });
      void navigate({ to: '.', search: next, replace: true, resetScroll: false });
    },
    [navigate],
  );
  return [address, change];
}

export interface Cursor {
  /** The span that keys act on; -1: none yet. */
  readonly span: number;
  /** Its details are shown. */
  readonly isOpen: boolean;
  /** Moves; details that are open follow. */
  readonly move: (span: number) => void;
  readonly open: (span: number) => void;
  readonly close: () => void;
}

/** Movements come faster than addresses should change. */
const WRITE_MS = 150;

export function useCursor(outline: Outline, address: TraceAddress, change: ChangeAddress): Cursor {
  const [state, setState] = useState(() => ({ span: spanById(outline, address.span), isOpen: address.span !== undefined && spanById(outline, address.span) !== -1 }));
  const written = useRef(address.span);
  // Back and forward, and links within the page.
  useEffect(() => {
    if (address.span === written.current) return;
    written.current = address.span;
    const span = spanById(outline, address.span);
    setState((before) => ({ span: span === -1 ? before.span : span, isOpen: span !== -1 }));
  }, [address.span, outline]);
  useEffect(() => {
    const wanted = state.isOpen ? outline.ids[state.span] : undefined;
    if (wanted === written.current) return undefined;
    const timer = setTimeout(() => {
      written.current = wanted;
      change({ span: wanted });
    }, WRITE_MS);
    return () => clearTimeout(timer);
  }, [state, outline, change]);
  return useMemo(
    () => ({
      ...state,
      move: (span) => setState(({ isOpen }) => ({ span, isOpen })),
      open: (span) => setState({ span, isOpen: true }),
      close: () => setState(({ span }) => ({ span, isOpen: false })),
    }),
    [state],
  );
}
