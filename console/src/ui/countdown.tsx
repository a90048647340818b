/** How long something still lasts, to the second: `4:32`. Not read aloud each second; the instant is there for whoever asks. */
import type { ReactNode } from 'react';
import { useNow } from './use-now.ts';

const SOON_S = 30;

export function Countdown({ until_ms }: { readonly until_ms: number }): ReactNode {
  const left_s = Math.max(0, Math.ceil((until_ms - useNow(500)) / 1_000));
  const iso = new Date(until_ms).toISOString();
  return (
    <time role="timer" aria-live="off" dateTime={iso} title={iso} data-soon={left_s <= SOON_S || undefined}>
      {Math.floor(left_s / 60)}:{String(left_s % 60).padStart(2, '0')}
    </time>
  );
}
