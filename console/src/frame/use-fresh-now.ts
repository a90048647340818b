/**
 * Who comes to a page, or asks for something else on it, wants the newest; who goes back wants it as it was, at the place where it was. What
 * pages count back from is kept for the latter, so for the former it is counted anew.
 */
import { useLocation } from '@tanstack/react-router';
import { useLayoutEffect, useRef } from 'react';
import { refreshNow, useRange } from '#time/use-range.ts';

const OLD_MS = 20_000;

export function useFreshNow(): void {
  const { state } = useLocation();
  const { now_ms } = useRange();
  const place = state.__TSR_index;
  /** Place in the browser's history that was seen last. */
  const seen = useRef(-1);
  // Before the page's own effects fetch anything.
  useLayoutEffect(() => {
    const cameBack = place <= seen.current;
    seen.current = place;
    if (!cameBack && Date.now() - now_ms > OLD_MS) refreshNow();
    // Only the way here counts, not that time goes on.
  }, [place]);
}
