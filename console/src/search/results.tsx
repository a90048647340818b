/**
 * The traces found: as many rows as the window shows, the next page fetched before the end is reached. What a live tail brings stands on top and
 * never moves what is being read.
 */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { TraceSummary } from '#api/search-types.ts';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { Skeleton } from '#ui/skeleton.tsx';
import { ResultRow } from './result-row.tsx';
import styles from './results.module.css';
import { useClock } from './use-clock.ts';
import type { Preload } from './use-preload.ts';

const ROW = { wide: 64, narrow: 100 } as const;
const NARROW = '(width < 760px)';
/** Frame bar and query bar, which stay when the page is scrolled. */
const STICKY_PX = 110;
const SKELETONS = 8;
const FRESH_MS = 700;

export interface ResultsProps {
  readonly traces: readonly TraceSummary[];
  /** How many of them a live tail has put on top so far, counting only up. */
  readonly added: number;
  readonly isLoading: boolean;
  /** They belong to the search before. */
  readonly isStale: boolean;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Their traces are fetched while the pointer rests on them. */
  readonly preload: Preload;
  /** More arrive at any moment. */
  readonly live: boolean;
  readonly filtered: boolean;
  readonly chosen: readonly string[];
  readonly onChoose: (id: string) => void;
  readonly onService: (name: string) => void;
}

export function Results({ traces, added, isLoading, isStale, hasMore, isLoadingMore, loadMore, preload, live, filtered, chosen, onChoose, onService }: ResultsProps): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const now_ms = useClock(live ? 2_000 : 15_000);
  const narrow = useSyncExternalStore(watchNarrow, () => matchMedia(NARROW).matches);
  const row = narrow ? ROW.narrow : ROW.wide;
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const place = (list.current?.getBoundingClientRect().top ?? 0) + scrollY;
    if (Math.abs(place - top) > 0.5) setTop(place);
  });
  const virtual = useWindowVirtualizer({ count: traces.length + (hasMore ? 1 : 0), estimateSize: () => row, overscan: 6, scrollMargin: top, scrollPaddingStart: STICKY_PX, scrollPaddingEnd: 90, getItemKey: (at) => traces[at]?.traceId ?? 'more' });
  useEffect(() => virtual.measure(), [row, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && !isStale && last >= traces.length - 8) loadMore();
  }, [last, traces.length, hasMore, isLoadingMore, isStale, loadMore]);

  const unseen = useSteady(added, row, top);
  const fresh = useFresh(added);
  const focusRow = useCallback(
    (at: number) => {
      virtual.scrollToIndex(at, { align: 'auto' });
      // The row may be drawn only after the window has moved.
      let tries = 0;
      const focus = (): void => {
        const link = list.current?.querySelector<HTMLElement>(`[data-at="${at}"] [data-row-link]`);
        if (link !== null && link !== undefined) link.focus({ preventScroll: true });
        else if ((tries += 1) < 10) requestAnimationFrame(focus);
      };
      requestAnimationFrame(focus);
    },
    [virtual],
  );
  const current = (): number => Number(document.activeElement?.closest<HTMLElement>('[data-at]')?.dataset['at'] ?? -1);
  useShortcuts('Results', [
    { keys: 'j', does: 'Next trace', act: () => focusRow(Math.min(traces.length - 1, current() + 1)) },
    { keys: 'k', does: 'Trace before', act: () => focusRow(Math.max(0, current() - 1)) },
    { keys: 'x', does: 'Choose the trace to compare', act: () => choose(traces[current()], onChoose) },
  ]);

  const longest = traces.reduce((most, { durationNano }) => Math.max(most, Number(durationNano)), 0);
  if (isLoading) return <Skeletons row={row} />;
  return (
    <div className={styles['place']}>
      {unseen > 0 ? (
        <div className={styles['fresh']}>
          <Button look="primary" size="small" onPress={() => scrollTo({ top: Math.max(0, top - STICKY_PX), behavior: 'smooth' })}>
            <ArrowUp aria-hidden /> {unseen} new
          </Button>
        </div>
      ) : null}
      <div ref={list} role="list" aria-label="Traces" aria-busy={isStale} className={styles['list']} data-stale={isStale || undefined} style={{ blockSize: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const trace = traces[index];
          return (
            <div
              key={key}
              role="listitem"
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : traces.length}
              data-at={index}
              className={styles['item']}
              style={{ blockSize: row, transform: `translateY(${start - top}px)` }}
              onPointerEnter={() => (trace === undefined ? undefined : preload.onEnter(trace))}
              onPointerLeave={preload.onLeave}
            >
              {trace === undefined ? <RowSkeleton /> : <ResultRow trace={trace} longest={longest} now_ms={now_ms} filtered={filtered} isChosen={chosen.includes(trace.traceId)} isFresh={index < fresh} onChoose={onChoose} onService={onService} />}
            </div>
          );
        })}
      </div>
      {hasMore || traces.length === 0 ? null : <p className={styles['end']}>That is all: {plural(traces.length, 'trace')}.</p>}
    </div>
  );
}

/** Keeps the window on what is being read when rows come in above; how many came in unseen. */
function useSteady(added: number, row: number, top: number): number {
  const before = useRef(added);
  const [unseen, setUnseen] = useState(0);
  useLayoutEffect(() => {
    const more = added - before.current;
    before.current = added;
    if (added === 0) setUnseen(0);
    if (more <= 0 || scrollY + STICKY_PX <= top + row / 2) return;
    scrollBy(0, more * row);
    setUnseen((many) => many + more);
  }, [added, row, top]);
  useEffect(() => {
    if (unseen === 0) return undefined;
    const onScroll = (): void => (scrollY + STICKY_PX <= top + row / 2 ? setUnseen(0) : undefined);
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [unseen, row, top]);
  return unseen;
}

/** How many rows at the top came just now; they move in once, not whenever they are drawn again. */
function useFresh(added: number): number {
  const before = useRef(added);
  const [fresh, setFresh] = useState(0);
  useLayoutEffect(() => {
    const more = added - before.current;
    before.current = added;
    setFresh(Math.max(0, more));
    const timer = setTimeout(() => setFresh(0), FRESH_MS);
    return () => clearTimeout(timer);
  }, [added]);
  return fresh;
}

function choose(trace: TraceSummary | undefined, onChoose: (id: string) => void): void {
  if (trace !== undefined) onChoose(trace.traceId);
}

function Skeletons({ row }: { readonly row: number }): ReactNode {
  return (
    <div role="status" aria-label="Looking for traces" className={styles['place']}>
      {Array.from({ length: SKELETONS }, (_, at) => (
        <div key={at} style={{ blockSize: row }}>
          <RowSkeleton />
        </div>
      ))}
    </div>
  );
}

function RowSkeleton(): ReactNode {
  return (
    <div aria-hidden className={styles['skeleton']}>
      <Skeleton width="46%" height="14px" />
      <Skeleton width="68%" height="14px" />
    </div>
  );
}

function watchNarrow(changed: () => void): () => void {
  const media = matchMedia(NARROW);
  media.addEventListener('change', changed);
  return () => media.removeEventListener('change', changed);
}
