/** Whether the window is too narrow for two traces beside each other. */
import { useSyncExternalStore } from 'react';

const NARROW = '(width < 640px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}

function subscribe(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
