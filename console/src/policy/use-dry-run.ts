/** Running a text against what arrived lately: one run at a time, cancelled by the next one or by hand. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { type DryRun, tryPolicy } from '#api/policy.ts';

export type DryRunState =
  | { readonly is: 'none' }
  | { readonly is: 'running'; readonly since: number }
  | { readonly is: 'cancelled' }
  | { readonly is: 'failed'; readonly error: Error }
  /** `text`: what was tried; it may have changed since. */
  | { readonly is: 'done'; readonly text: string; readonly run: DryRun; readonly took_ms: number };

const HOUR_MS = 3_600_000;

export interface DryRunning {
  readonly state: DryRunState;
  readonly start: (text: string) => void;
  readonly cancel: () => void;
}

export function useDryRun(): DryRunning {
  const [state, setState] = useState<DryRunState>({ is: 'none' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback((text: string): void => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    const began = Date.now();
    setState({ is: 'running', since: began });
    tryPolicy(text, began - HOUR_MS, own.signal).then(
      (run) => {
        if (running.current === own) setState({ is: 'done', text, run, took_ms: Date.now() - began });
      },
      (caught: unknown) => {
        if (running.current === own && !own.signal.aborted) setState({ is: 'failed', error: caught instanceof Error ? caught : new ApiError(0, 'internal', 'The dry run did not work.', 'Try again.', '', null) });
      },
    );
  }, []);
  const cancel = useCallback((): void => {
    running.current?.abort();
    setState({ is: 'cancelled' });
  }, []);
  return { state, start, cancel };
}
