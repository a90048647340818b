/**
 * Lines over time (uPlot). Lines differ by dash as well as by colour, the legend shows both with the value under the pointer, and the
 * same figures stand in a table for those who do not see the picture. A point leads somewhere: click, or arrows and Enter.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import './valid-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { onThemeChange, tokenColour } from '#colours/paint.ts';
import { instant } from '#time/format.ts';
import styles from './time-chart.module.css';

export interface Line {
  readonly label: string;
  /** One value per instant; null where there is none. */
  readonly values: readonly (number | null)[];
  /** A token such as `--chart-1`. */
  readonly token: string;
  readonly dash?: readonly number[];
  /** Filled down to zero. */
  readonly filled?: boolean;
}

export interface TimeChartProps {
  /** What the picture shows, in a sentence. */
  readonly label: string;
  /** Starts of the buckets, milliseconds since 1970. */
  readonly instants: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly height?: number;
  /** A bucket was chosen. */
  readonly onPick?: (at: number) => void;
  /** A range was brushed: milliseconds since 1970. */
  readonly onBrush?: (from_ms: number, to_ms: number) => void;
}

export function TimeChart({ label, instants, lines, format, height = 140, onPick, onBrush }: TimeChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const acts = useRef({ onPick, onBrush });
  acts.current = { onPick, onBrush };
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf({ lines, format, height, width: element.clientWidth, brush: acts.current.onBrush !== undefined, onHover: setAt, onBrush: (from, to) => acts.current.onBrush?.(from, to) }), dataOf(instants, lines), element);
    };
    draw();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    const stop = onThemeChange(draw);
    return () => {
      observer.disconnect();
      stop();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [instants, lines, format, height]);

  const onKey = (event: KeyboardEvent): void => {
    const last = instants.length - 1;
    const next = { ArrowRight: Math.min(last, (at ?? -1) + 1), ArrowLeft: Math.max(0, (at ?? last + 1) - 1), Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setAt(next);
      const left = plot.current?.valToPos((instants[next] ?? 0) / 1_000, 'x');
      if (left !== undefined) plot.current?.setCursor({ left, top: 10 }, false);
    } else if (event.key === 'Enter' && at !== null) onPick?.(at);
  };
  return (
    <figure className={styles['chart']}>
      <figcaption className={styles['legend']}>
        {lines.map((line) => (
          <span key={line.label} className={styles['entry']}>
            <svg aria-hidden width="22" height="8">
              <line x1="1" y1="4" x2="21" y2="4" strokeWidth="2" stroke={`var(${line.token})`} strokeDasharray={line.dash?.join(' ')} />
            </svg>
            {line.label}
            <b>{valueText(line, at, format)}</b>
          </span>
        ))}
        <span className={styles['when']}>{at === null ? '' : instant(instants[at] ?? 0)}</span>
      </figcaption>
      <div
        ref={place}
        role="application"
        aria-roledescription="chart"
        aria-label={`${label}. Arrow keys move from point to point${onPick === undefined ? '' : ', Enter opens the traces of a point'}.`}
        tabIndex={0}
        className={styles['plot']}
        data-picks={onPick !== undefined || undefined}
        style={{ blockSize: height }}
        onKeyDown={onKey}
        onClick={() => (at === null ? undefined : onPick?.(at))}
        onBlur={() => setAt(null)}
      />
      <span role="status" className="visually-hidden">
        {at === null ? '' : `${instant(instants[at] ?? 0)}: ${lines.map((line) => `${line.label} ${valueText(line, at, format)}`).join(', ')}`}
      </span>
    </figure>
  );
}

function valueText(line: Line, at: number | null, format: (value: number) => string): string {
  const value = at === null ? undefined : line.values[at];
  return value === undefined || value === null ? '' : format(value);
}

function dataOf(instants: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [instants.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])];
}

interface Drawing {
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly width: number;
  readonly height: number;
  readonly brush: boolean;
  readonly onHover: (at: number | null) => void;
  readonly onBrush: (from_ms: number, to_ms: number) => void;
}

function optionsOf({ lines, format, width, height, brush, onHover, onBrush }: Drawing): uPlot.Options {
  const faint = tokenColour('--text-faint');
  const grid = tokenColour('--chart-grid');
  const axis = { stroke: faint, font: '11px "IBM Plex Sans Variable"', grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: brush, y: false, setScale: false }, points: { size: 7 } },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, size: 26, space: 56, values: (_plot, splits, _axis, _space, step) => splits.map((s) => tickText(s * 1_000, step)) },
      { ...axis, size: 62, space: 32, values: (_plot, values) => values.map(format) },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const colour = tokenColour(line.token);
        return {
          label: line.label,
          stroke: colour,
          width: 1.75,
          spanGaps: false,
          points: { show: line.values.length < 3 },
          ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
          ...(line.filled === true ? { fill: colour.replace(/^rgb\(([^)]*)\)$/, 'rgba($1, 0.12)') } : {}),
        };
      }),
    ],
    hooks: {
      setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          onBrush(plot.posToVal(plot.select.left, 'x') * 1_000, plot.posToVal(plot.select.left + plot.select.width, 'x') * 1_000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** One line, in the clock of whoever looks; days from a day's step on, seconds below a minute's. */
function tickText(unix_ms: number, step_s: number): string {
  const date = new Date(unix_ms);
  if (step_s >= 86_400) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(step_s < 60 ? { second: '2-digit' } : {}) });
}
