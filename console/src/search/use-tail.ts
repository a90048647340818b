/** The live tail: traces as they arrive, by server-sent events. It ends by itself after ten minutes, so that a forgotten tab asks nothing. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { queryText } from '#api/client.ts';
import type { TraceSummary } from '#api/search-types.ts';
import { refreshNow } from '#time/use-range.ts';
import { apiFilters } from './address.ts';
import type { Filter } from './filters.ts';
import { arrive, type Arrived, NOBODY } from './tail.ts';

export type TailState = 'off' | 'opening' | 'on' | 'ended' | 'lost';

export interface Tail {
  readonly state: TailState;
  readonly arrived: Arrived;
  /** Held back while paused. */
  readonly waiting: number;
  readonly paused: boolean;
  /** Why it ended, in a sentence. */
  readonly reason: string;
  readonly pause: (paused: boolean) => void;
  readonly again: () => void;
}

const REASONS: Readonly<Record<string, string>> = {
  time: 'The live tail ended after ten minutes.',
  signed_out: 'The live tail ended because you are signed out.',
  draining: 'The live tail ended because the server is restarting.',
};

export function useTail(wanted: boolean, filters: readonly Filter[]): Tail {
  const path = `/api/v1/search/tail${queryText(apiFilters(filters))}`;
  const [run, setRun] = useState(0);
  const [state, setState] = useState<TailState>('off');
  const [reason, setReason] = useState('');
  const [arrived, setArrived] = useState<Arrived>(NOBODY);
  const [held, setHeld] = useState<readonly TraceSummary[]>([]);
  const [paused, setPaused] = useState(false);
  const isPaused = useRef(false);

  useEffect(() => {
    setArrived(NOBODY);
    setHeld([]);
    if (!wanted) {
      setState('off');
      return undefined;
    }
    setState('opening');
    refreshNow();
    const source = new EventSource(path);
    source.addEventListener('open', () => setState('on'));
    source.addEventListener('traces', (event) => {
      const { traces } = JSON.parse(String(event.data)) as { traces: readonly TraceSummary[] };
      if (isPaused.current) setHeld((before) => [...traces, ...before].slice(0, HELD_MAX));
      else setArrived((before) => arrive(before, traces));
    });
    source.addEventListener('note', (event) => {
      const { skipped } = JSON.parse(String(event.data)) as { skipped: number };
      setArrived((before) => ({ ...before, skipped: before.skipped + skipped }));
    });
    source.addEventListener('end', (event) => {
      const { reason: code } = JSON.parse(String(event.data)) as { reason: string };
      source.close();
      setReason(REASONS[code] ?? 'The live tail ended.');
      setState('ended');
    });
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return setState('opening');
      setReason('The live tail could not be opened: too many are open, or the filters cannot be followed.');
      setState('lost');
    });
    return () => source.close();
  }, [wanted, path, run]);

  const pause = useCallback(
    (pausing: boolean) => {
      isPaused.current = pausing;
      setPaused(pausing);
      if (pausing) return;
      setArrived((before) => arrive(before, held));
      setHeld([]);
    },
    [held],
  );
  return { state, arrived, waiting: held.length, paused, reason, pause, again: useCallback(() => setRun((one) => one + 1), []) };
}

const HELD_MAX = 500;
