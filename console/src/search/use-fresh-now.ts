/**
 * Who comes to the search, or asks for something else on it, wants the newest; who goes back wants the list as it was, at the place where it was.
 * What the page counts back from is kept for the latter, so for the former it is counted anew.
 */
import { useLocation } from '@tanstack/react-router';
import { useLayoutEffect } from 'react';
import { refreshNow } from '#time/use-range.ts';

const OLD_MS = 20_000;

/** Place in the browser's history at which the search was seen last. */
let seen = -1;

export function useFreshNow(now_ms: number): void {
  const { pathname, state } = useLocation();
  const place = state.__TSR_index;
  useLayoutEffect(() => {
    // While the next page is on its way, the location is already its own.
    if (pathname !== '/search') return;
    const cameBack = place <= seen;
    seen = place;
    if (!cameBack && Date.now() - now_ms > OLD_MS) refreshNow();
    // Only the way here counts, not that time goes on.
  }, [pathname, place]);
}
