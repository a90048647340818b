/**
 * Spans over time as bars, failed ones hatched at their foot. Draw over it to set the time range; with the keyboard, arrows move from bar to bar,
 * with Shift they take more, Enter shows that time.
 */
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react';
import type { SpanHistogram } from '#api/search-types.ts';
import { count, instant, millisOf } from '#time/format.ts';
import styles from './histogram.module.css';
import { timeAxis } from './scales.ts';
import { type Box, placeOf, useBrush } from './use-brush.ts';
import { useWidth } from './use-size.ts';

export const HISTOGRAM_HEIGHT = 58;
const HEIGHT = HISTOGRAM_HEIGHT;

export interface HistogramProps {
  readonly histogram: SpanHistogram | undefined;
  readonly onRange: (from_ms: number, to_ms: number) => void;
}

export function Histogram({ histogram, onRange }: HistogramProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const pattern = useId();
  const [taken, setTaken] = useState<{ readonly at: number; readonly to: number } | null>(null);
  const bars = useMemo(() => (histogram === undefined ? null : barsOf(histogram)), [histogram]);
  const axis = bars === null ? null : timeAxis(bars.from_ms, bars.to_ms, width);
  const { box, handlers } = useBrush(({ left, right }: Box) => {
    if (axis !== null) onRange(axis.toValue(left), axis.toValue(right));
  });
  const barWidth = bars === null ? 0 : (bars.step_ms / Math.max(1, bars.to_ms - bars.from_ms)) * width;
  const high = (value: number): number => (value === 0 ? 0 : Math.max(1.5, (value / (bars?.most ?? 1)) * (HEIGHT - 10)));
  const onKey = (event: KeyboardEvent): void => {
    if (bars === null) return;
    const last = bars.count.length - 1;
    const at = taken?.to ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    const next = { ArrowRight: Math.min(last, at + 1), ArrowLeft: Math.max(0, at - 1), Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setTaken({ at: event.shiftKey && taken !== null ? taken.at : next, to: next });
    } else if (event.key === 'Enter' && taken !== null) {
      const [first, end] = [Math.min(taken.at, taken.to), Math.max(taken.at, taken.to) + 1];
      onRange(bars.from_ms + first * bars.step_ms, Math.min(bars.to_ms, bars.from_ms + end * bars.step_ms));
      setTaken(null);
    } else if (event.key === 'Escape') setTaken(null);
  };
  const said = bars === null || taken === null ? '' : saidOf(bars, taken.at, taken.to);
  return (
    <div className={styles['row']}>
      <span aria-hidden className={styles['most']}>
        {bars === null ? '' : count(bars.most)}
      </span>
      <div
        ref={place}
        className={styles['plot']}
        style={{ blockSize: HEIGHT }}
        role="application"
        aria-roledescription="histogram"
        aria-label="Spans over time. Arrow keys move from bar to bar, with Shift they take more, Enter shows that time."
        tabIndex={0}
        {...handlers}
        onPointerMove={(event) => {
          handlers.onPointerMove(event);
          if (bars === null || axis === null) return;
          const at = Math.floor((axis.toValue(placeOf(event).x) - bars.from_ms) / bars.step_ms);
          setTaken(at >= 0 && at < bars.count.length ? { at, to: at } : null);
        }}
        onPointerLeave={() => setTaken(null)}
        onKeyDown={onKey}
        onBlur={() => setTaken(null)}
      >
        {bars === null ? null : (
          <svg aria-hidden width={width} height={HEIGHT}>
            <defs>
              <pattern id={pattern} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="4" height="4" className={styles['failedGround']} />
                <line x1="0" y1="0" x2="0" y2="4" strokeWidth="3" className={styles['failedLine']} />
              </pattern>
            </defs>
            {bars.count.map((spans, at) => {
              const failed = high(bars.errors[at] ?? 0);
              const all = Math.max(high(spans), failed);
              const x = at * barWidth + 0.5;
              const inner = Math.max(1, barWidth - 1);
              const isTaken = taken !== null && at >= Math.min(taken.at, taken.to) && at <= Math.max(taken.at, taken.to);
              return (
                <g key={at} data-taken={isTaken || undefined}>
                  {isTaken ? <rect x={at * barWidth} y={0} width={barWidth} height={HEIGHT} className={styles['column']} /> : null}
                  {spans === 0 ? null : <rect x={x} y={HEIGHT - all} width={inner} height={all} className={styles['bar']} />}
                  {failed === 0 ? null : <rect x={x} y={HEIGHT - failed} width={inner} height={failed} fill={`url(#${pattern})`} />}
                </g>
              );
            })}
          </svg>
        )}
        {box === null ? null : <i className={styles['brush']} style={{ insetInlineStart: box.left, inlineSize: box.right - box.left }} />}
        {said === '' || bars === null || taken === null ? null : (
          <span className={styles['hint']} data-end={taken.to > bars.count.length / 2 || undefined}>
            {said}
          </span>
        )}
      </div>
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </div>
  );
}

interface Bars {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly step_ms: number;
  readonly count: readonly number[];
  readonly errors: readonly number[];
  readonly most: number;
}

function barsOf({ start, end, stepNano, buckets }: SpanHistogram): Bars {
  return { from_ms: millisOf(start), to_ms: millisOf(end), step_ms: Number(stepNano) / 1e6, count: buckets.count, errors: buckets.errors, most: Math.max(1, ...buckets.count) };
}

function saidOf({ from_ms, step_ms, count: counts, errors }: Bars, one: number, other: number): string {
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const sum = (values: readonly number[]): number => values.slice(first, last + 1).reduce((all, value) => all + value, 0);
  return `${instant(from_ms + first * step_ms)}: ${count(sum(counts))} spans, ${count(sum(errors))} errors`;
}
