/** An instant: how long ago or when exactly, with the ISO text on hover, focus and copy. */
import type { ReactNode } from 'react';
import { ago, instant } from '#time/format.ts';

export function TimeText({ unix_ms, now_ms }: { readonly unix_ms: number; readonly now_ms?: number }): ReactNode {
  const iso = new Date(unix_ms).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {now_ms === undefined ? instant(unix_ms) : ago(unix_ms, now_ms)}
    </time>
  );
}

/** A day far from today: with its year, to the minute. */
export function DayText({ unix_ms }: { readonly unix_ms: number }): ReactNode {
  const date = new Date(unix_ms);
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>
      {date.toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })}
    </time>
  );
}
