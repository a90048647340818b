/** How wide the names are: a person's choice, kept in this browser, within what the window allows. */
import { useCallback, useState } from 'react';

const KEY = 'tracekeep.trace-name-width';
const LEAST = 140;
const USUAL = 340;

export function useNameWidth(width: number): readonly [number, (wanted: number) => void] {
  const [wanted, setWanted] = useState(() => Number(localStorage.getItem(KEY) ?? USUAL) || USUAL);
  const choose = useCallback((next: number) => {
    setWanted(next);
    localStorage.setItem(KEY, String(Math.round(next)));
  }, []);
  return [Math.max(LEAST, Math.min(wanted, width * (width < 900 ? 0.45 : 0.65))), choose];
}
