/** The live tail: on, off, held, and what became of it. */
import { Pause, Play, Radio } from 'lucide-react';
import type { ReactNode } from 'react';
import { count } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './page.module.css';
import type { Tail } from './use-tail.ts';

export function LiveButton({ live, onLive }: { readonly live: boolean; readonly onLive: (live: boolean) => void }): ReactNode {
  return (
    <Button aria-pressed={live} aria-label="Live" className={styles['live'] ?? ''} onPress={() => onLive(!live)}>
      <Radio aria-hidden />
      <span className={styles['liveLabel']}>Live</span>
    </Button>
  );
}

/** In the head of the list while the tail is wanted. */
export function LiveNote({ tail }: { readonly tail: Tail }): ReactNode {
  const { state, arrived, waiting, paused, reason, pause, again } = tail;
  if (state === 'ended' || state === 'lost') {
    return (
      <span className={styles['liveNote']} role="status">
        {reason}
        <Button size="small" onPress={again}>
          {state === 'ended' ? 'Go on' : 'Try again'}
        </Button>
      </span>
    );
  }
  return (
    <span className={styles['liveNote']}>
      <i aria-hidden className={styles['pulse']} data-still={paused || state !== 'on' || undefined} />
      {state === 'opening' ? 'Connecting …' : paused ? `Paused, ${count(waiting)} waiting` : `Live, ${count(arrived.added)} arrived`}
      {arrived.skipped > 0 ? `, ${count(arrived.skipped)} more not shown` : ''}
      <Button size="small" look="quiet" onPress={() => pause(!paused)}>
        {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {paused ? 'Go on' : 'Pause'}
      </Button>
    </span>
  );
}
