/** The pictures above the list: how many spans over time, and how long they took. Both share one time axis and both can be drawn upon. */
import { useNavigate } from '@tanstack/react-router';
import { ZoomOut } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { count } from '#time/format.ts';
import type { Range } from '#time/range.ts';
import type { PageRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Segments } from '#ui/choice.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import type { Picture, Scale, SearchState } from './address.ts';
import { cloudOf } from './cloud.ts';
import { type Area, CLOUD_HEIGHT, CloudView } from './cloud-view.tsx';
import { CloudTable } from './cloud-table.tsx';
import { type Filter, withFilters } from './filters.ts';
import { Histogram, HISTOGRAM_HEIGHT } from './histogram.tsx';
import styles from './pictures.module.css';
import { useHistogram, usePoints } from './queries.ts';
import { durationText } from './scales.ts';
import type { SearchControl } from './use-search-state.ts';

const VIEWS: readonly { readonly id: Picture; readonly label: string }[] = [
  { id: 'scatter', label: 'Scatter' },
  { id: 'heat', label: 'Heat' },
  { id: 'table', label: 'Table' },
  { id: 'none', label: 'Hide' },
];
const SCALES: readonly { readonly id: Scale; readonly label: string }[] = [
  { id: 'log', label: 'Log' },
  { id: 'linear', label: 'Linear' },
];

export interface PicturesProps {
  readonly state: SearchState;
  readonly range: PageRange;
  readonly change: SearchControl['change'];
  /** The list says already what is wrong with the search. */
  readonly isRefused: boolean;
}

export function Pictures({ state, range, change, isRefused }: PicturesProps): ReactNode {
  const navigate = useNavigate();
  const histogram = useHistogram(state.filters, range);
  const points = usePoints(state.filters, range, state.picture !== 'none');
  const cloud = useMemo(() => (points.data === undefined ? null : cloudOf(points.data)), [points.data]);
  const open = (id: string, elsewhere: boolean): void => {
    if (elsewhere) window.open(`/traces/${id}`, '_blank', 'noopener');
    else void navigate({ to: '/traces/$id', params: { id } });
  };
  const setRange = (from_ms: number, to_ms: number): void => change({ range: between(from_ms, to_ms) });
  const setArea = ({ from_ms, to_ms, min, max }: Area): void => {
    const bounds: Filter[] = [];
    if (min !== null) bounds.push({ is: 'durationMin', value: durationText(min, 'down') });
    if (max !== null) bounds.push({ is: 'durationMax', value: durationText(max, 'up') });
    change({ filters: withFilters(state.filters, bounds), range: between(from_ms, to_ms) });
  };
  const total = histogram.data?.buckets.count.reduce((sum, one) => sum + one, 0) ?? 0;
  const failed = histogram.data?.buckets.errors.reduce((sum, one) => sum + one, 0) ?? 0;
  const estimated = (histogram.data?.sampledOneIn ?? 1) > 1;
  const stale = histogram.isPlaceholderData || points.isPlaceholderData;
  return (
    <section className={styles['pictures']} aria-label="Spans over time">
      <header className={styles['header']}>
        <p className={styles['figures']}>
          {histogram.data === undefined ? (
            histogram.error === null ? <Skeleton width="180px" /> : null
          ) : (
            <>
              <span className={styles['figure']}>
                <i aria-hidden className={styles['spans']} /> {estimated ? '≈ ' : ''}
                <b>{count(total)}</b> spans
              </span>
              <span className={styles['figure']}>
                <i aria-hidden className={styles['errors']} /> {estimated ? '≈ ' : ''}
                <b>{count(failed)}</b> errors
              </span>
              {estimated ? <span className={styles['note']}>estimated from 1 in {count(histogram.data.sampledOneIn)}</span> : null}
              {state.picture !== 'none' && cloud !== null && cloud.oneIn > 1 ? (
                <span className={styles['note']} title={`One in ${count(cloud.oneIn)} ordinary spans is drawn; of failed ones more, of the slowest all.`}>
                  {count(cloud.count)} drawn, all of the slowest
                </span>
              ) : null}
            </>
          )}
        </p>
        <div className={styles['tools']}>
          {range.range.to === undefined ? null : (
            <Button size="small" look="quiet" onPress={() => change({ range: widerThan(range) })}>
              <ZoomOut aria-hidden /> Zoom out
            </Button>
          )}
          {state.picture === 'scatter' || state.picture === 'heat' ? <Segments label="Scale of duration" options={SCALES} value={state.scale} onChange={(scale) => change({ scale })} /> : null}
          <Segments label="Picture" options={VIEWS} value={state.picture} onChange={(picture) => change({ picture })} />
        </div>
      </header>
      <div className={styles['body']} data-stale={stale || undefined}>
        {histogram.error === null && !(isRefused && points.error !== null) ? <Histogram histogram={histogram.data} onRange={setRange} /> : null}
        {histogram.error !== null && points.error === null ? <p className={styles['failed']}>Spans over time did not come: {histogram.error.message}</p> : null}
        {state.picture === 'none' ? null : points.error !== null ? (
          <div className={styles['failure']} style={{ minBlockSize: CLOUD_HEIGHT + 22 + (isRefused ? HISTOGRAM_HEIGHT : 0) }}>
            {isRefused ? <p className={styles['note']}>No picture of this search: see below.</p> : <ErrorNote error={points.error} retry={() => void Promise.all([points.refetch(), histogram.refetch()])} />}
          </div>
        ) : state.picture === 'table' ? (
          <CloudTable cloud={cloud} height={CLOUD_HEIGHT + 22} />
        ) : (
          <CloudView cloud={cloud} from_ms={range.from_ms} to_ms={range.to_ms} scale={state.scale} heat={state.picture === 'heat'} onArea={setArea} onTrace={open} />
        )}
      </div>
    </section>
  );
}

/** Whole milliseconds outwards. */
function between(from_ms: number, to_ms: number): { readonly from: string; readonly to: string } {
  const from = Math.floor(from_ms);
  return { from: new Date(from).toISOString(), to: new Date(Math.max(from + 1, Math.ceil(to_ms))).toISOString() };
}

/** Three times as long around the same middle; up to now where that would reach into the future. */
function widerThan({ from_ms, to_ms }: PageRange): Range {
  const length = to_ms - from_ms;
  const { from, to } = between(from_ms - length, to_ms + length);
  return Date.parse(to) >= Date.now() ? { from } : { from, to };
}
