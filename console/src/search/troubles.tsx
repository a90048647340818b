/** A search that was refused, and one that takes long: what happened, and narrower ones to press. */
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { ApiError } from '#api/client.ts';
import type { PageRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { shortWords } from './empties.tsx';
import { type Filter, valueOf, withFilter, without } from './filters.ts';
import styles from './page.module.css';
import type { SearchControl } from './use-search-state.ts';

export interface NarrowerProps {
  readonly filters: readonly Filter[];
  readonly range: PageRange;
  readonly services: readonly string[];
  readonly change: SearchControl['change'];
}

const QUARTER_MS = 15 * 60_000;
const SERVICES_OFFERED = 3;
const BUSY_WAIT_S = 3;
const BUSY_TRIES = 5;

/** Searches that ask for less than this one. */
export function Narrower({ filters, range, services, change }: NarrowerProps): ReactNode {
  const hasService = valueOf(filters, 'service') !== undefined;
  return (
    <>
      {range.to_ms - range.from_ms > QUARTER_MS ? (
        <Button size="small" onPress={() => change({ range: { from: '15m' } })}>
          Last 15 minutes
        </Button>
      ) : null}
      {hasService
        ? null
        : services.slice(0, SERVICES_OFFERED).map((name) => (
            <Button key={name} size="small" onPress={() => change({ filters: withFilter(filters, { is: 'service', value: name }) })}>
              Only {name}
            </Button>
          ))}
    </>
  );
}

export interface TroubleProps extends NarrowerProps {
  readonly error: Error;
  readonly retry: () => void;
  /** How often it was asked again by itself, in vain. */
  readonly tries: RefObject<number>;
  readonly edit: (filter: Filter) => void;
}

export function Trouble({ error, retry, tries, edit, ...narrower }: TroubleProps): ReactNode {
  const code = error instanceof ApiError ? error.code : '';
  const { filters, change } = narrower;
  return (
    <div className={styles['trouble']}>
      <ErrorNote error={error} retry={retry}>
        {code === 'query_timeout' || code === 'query_too_large' ? <Narrower {...narrower} /> : null}
        {code === 'query_busy' ? <AgainSoon tries={tries} after_s={error instanceof ApiError ? (error.retryAfter_s ?? BUSY_WAIT_S) : BUSY_WAIT_S} retry={retry} /> : null}
        {code === 'query_invalid'
          ? filters.slice(-3).map((filter) => (
              <span key={shortWords(filter)} className={styles['pair']}>
                <Button size="small" onPress={() => edit(filter)}>
                  Change {shortWords(filter)}
                </Button>
                <Button size="small" onPress={() => change({ filters: without(filters, filter) })}>
                  Take it out
                </Button>
              </span>
            ))
          : null}
      </ErrorNote>
    </div>
  );
}

/** Too many at once is over in a moment: asks again by itself, a few times. */
function AgainSoon({ after_s, tries, retry }: { readonly after_s: number; readonly tries: RefObject<number>; readonly retry: () => void }): ReactNode {
  const [left_s, setLeft] = useState(after_s * 2 ** tries.current);
  const isOver = tries.current >= BUSY_TRIES;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setTimeout(() => {
      if (left_s > 1) return setLeft(left_s - 1);
      tries.current += 1;
      retry();
    }, 1_000);
    return () => clearTimeout(timer);
  }, [left_s, isOver, tries, retry]);
  return isOver ? null : <span className={styles['soon']}>Asks again by itself in {left_s} s</span>;
}

const SLOW_MS = 2_500;

export interface SlowProps extends NarrowerProps {
  readonly isWaiting: boolean;
  readonly stop: () => void;
}

/** Lies over the head of the list, so that nothing moves when it comes. */
export function Slow({ isWaiting, stop, ...narrower }: SlowProps): ReactNode {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  if (!slow) return null;
  return (
    <div role="status" className={styles['slow']}>
      <span>Still searching. A narrower search is quicker:</span>
      <Narrower {...narrower} />
      <Button size="small" look="quiet" onPress={stop}>
        Stop
      </Button>
    </div>
  );
}
