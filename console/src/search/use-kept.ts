/** The kept searches of this browser, the same in every tab. */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type Kept, readKept, writeKept } from './kept.ts';

const KEY = 'tracekeep.searches';
const listeners = new Set<() => void>();

export function useKept(): readonly [Kept, (change: (kept: Kept) => Kept) => void] {
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(KEY));
  const kept = useMemo(() => readKept(text), [text]);
  const update = useCallback((change: (kept: Kept) => Kept) => {
    const after = writeKept(change(readKept(localStorage.getItem(KEY))));
    if (after === localStorage.getItem(KEY)) return;
    localStorage.setItem(KEY, after);
    for (const listener of listeners) listener();
  }, []);
  return [kept, update];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}
