/** Fetches a trace while the pointer rests on it, so that it is there when it is opened. Large ones wait until somebody wants them. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { TraceSummary } from '#api/search-types.ts';
import { outlineOptions } from '#outline/outline-query.ts';

const REST_MS = 150;
const SPANS_MAX = 5_000;

export interface Preload {
  readonly onEnter: (trace: TraceSummary) => void;
  readonly onLeave: () => void;
}

export function usePreload(now_ms: number): Preload {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onLeave = useCallback(() => clearTimeout(timer.current), []);
  useEffect(() => onLeave, [onLeave]);
  const onEnter = useCallback(
    ({ traceId, spanCount }: TraceSummary) => {
      clearTimeout(timer.current);
      if (spanCount > SPANS_MAX) return;
      timer.current = setTimeout(() => void client.prefetchQuery({ ...outlineOptions(traceId, now_ms), retry: false }), REST_MS);
    },
    [client, now_ms],
  );
  return { onEnter, onLeave };
}
