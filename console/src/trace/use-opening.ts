/**
 * Values of a trace that stand open: in this page's memory alone, for as long as the server said. They are gone when the time is over, when somebody closes them, and when
 * the page or the trace is left.
 */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Approval } from '#api/approvals.ts';
import { type RevealNote, revealTrace, type RevealWish } from '#api/reveal.ts';
import { openedSpans, type OpenedSpan, type OpenedValue, openedValues } from './opened-values.ts';

export interface Opened {
  readonly note: RevealNote;
  readonly spans: readonly OpenedSpan[];
  readonly values: readonly OpenedValue[];
  /** By the clock of this browser, which may be another than the server's. */
  readonly closesAt_ms: number;
}

export interface Opening {
  readonly opened: Opened | null;
  /** Why nothing stands open any more; null: nothing did. */
  readonly closed: 'over' | 'by hand' | null;
  /** The approval that it waits for now; null: it is open. Throws what the server said against it. */
  readonly open: (wish: RevealWish) => Promise<Approval | null>;
  readonly close: () => void;
}

type State = Pick<Opening, 'opened' | 'closed'> & { readonly traceId: string };

export function useOpening(traceId: string): Opening {
  const nothing: State = { traceId, opened: null, closed: null };
  const [kept, setState] = useState<State>(nothing);
  // What stood open of another trace is not shown for the length of a frame.
  const state = kept.traceId === traceId ? kept : nothing;
  const closesAt_ms = state.opened?.closesAt_ms;
  useEffect(() => () => setState({ traceId, opened: null, closed: null }), [traceId]);
  useEffect(() => {
    if (closesAt_ms === undefined) return undefined;
    const closeNow = (closed: State['closed']): void => setState({ traceId, opened: null, closed });
    // Looked at each second: a timer stands still while the machine sleeps.
    const timer = setInterval(() => (Date.now() >= closesAt_ms ? closeNow('over') : undefined), 1_000);
    // Otherwise the browser could keep the page as it was, for the way back.
    const leave = (): void => flushSync(() => closeNow(null));
    addEventListener('pagehide', leave);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', leave);
    };
  }, [closesAt_ms, traceId]);
  const open = useCallback(
    async (wish: RevealWish): Promise<Approval | null> => {
      const asked_ms = Date.now();
      const answer = await revealTrace<OpenedSpan>(traceId, wish);
      if ('approval' in answer) return answer.approval;
      const { reveal: note } = answer;
      const spans = openedSpans(answer);
      setState({ traceId, opened: { note, spans, values: openedValues(spans, note.fields), closesAt_ms: asked_ms + Math.max(0, Date.parse(note.until) - Date.parse(note.at)) }, closed: null });
      return null;
    },
    [traceId],
  );
  const close = useCallback(() => setState({ traceId, opened: null, closed: 'by hand' }), [traceId]);
  return useMemo(() => ({ opened: state.opened, closed: state.closed, open, close }), [state.opened, state.closed, open, close]);
}
