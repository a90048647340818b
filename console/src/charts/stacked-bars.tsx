/**
 * Amounts over time that add up, as bars of layers. Layers differ by pattern as well as by colour, the legend shows both with the value of the
 * bar in question, and arrow keys read the bars out one by one.
 */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { instant } from '#time/format.ts';
import styles from './stacked-bars.module.css';

export interface Layer {
  readonly label: string;
  readonly values: readonly number[];
  /** A token such as `--chart-1`. */
  readonly token: string;
  readonly pattern: 'full' | 'slant' | 'cross' | 'dots';
}

export interface StackedBarsProps {
  /** What the picture shows, in a sentence. */
  readonly label: string;
  /** Starts of the bars, milliseconds since 1970. */
  readonly instants: readonly number[];
  /** From the bottom up. */
  readonly layers: readonly Layer[];
  readonly format: (value: number) => string;
  readonly height?: number;
  readonly onPick?: (at: number) => void;
}

export function StackedBars({ label, instants, layers, format, height = 180, onPick }: StackedBarsProps): ReactNode {
  const id = useId();
  const [at, setAt] = useState<number | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const totals = instants.map((_, bar) => layers.reduce((sum, { values }) => sum + (values[bar] ?? 0), 0));
  const top = Math.max(1, ...totals);
  const last = instants.length - 1;

  const onKey = (event: KeyboardEvent): void => {
    const next = { ArrowRight: Math.min(last, (at ?? -1) + 1), ArrowLeft: Math.max(0, (at ?? last + 1) - 1), Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setAt(next);
    } else if (event.key === 'Enter' && at !== null) onPick?.(at);
  };
  const onPoint = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(last, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * instants.length))));
  };
  const words = (bar: number): string => layers.map((layer) => `${layer.label} ${format(layer.values[bar] ?? 0)}`).join(', ');
  return (
    <figure className={styles['chart']}>
      <figcaption className={styles['legend']}>
        {layers.map((layer, order) => (
          <span key={layer.label} className={styles['entry']}>
            <svg aria-hidden width="14" height="10">
              <rect width="14" height="10" rx="2" className={styles['swatch']} style={{ stroke: `var(${layer.token})` }} fill={`url(#${id}-${order})`} />
            </svg>
            {layer.label}
            <b>{at === null ? '' : format(layer.values[at] ?? 0)}</b>
          </span>
        ))}
        <span className={styles['when']}>{at === null ? '' : instant(instants[at] ?? 0)}</span>
      </figcaption>
      <div ref={place} className={styles['plot']}>
        <span aria-hidden className={styles['top']}>
          {format(top)}
        </span>
        <svg
          role="application"
          aria-roledescription="chart"
          aria-label={`${label}. Arrow keys read one bar after another.`}
          tabIndex={0}
          viewBox={`0 0 ${width} ${height}`}
          className={styles['bars']}
          data-picks={onPick !== undefined || undefined}
          style={{ blockSize: height }}
          onKeyDown={onKey}
          onPointerMove={onPoint}
          onPointerLeave={() => setAt(null)}
          onBlur={() => setAt(null)}
          onClick={() => (at === null ? undefined : onPick?.(at))}
        >
          <Patterns id={id} layers={layers} />
          {at === null ? null : <rect x={(at * width) / instants.length} y={0} width={width / instants.length} height={height} className={styles['under']} />}
          {layers.map((layer, order) => (
            <g key={layer.label} fill={`url(#${id}-${order})`} style={{ stroke: `var(${layer.token})` }} className={styles['layer']}>
              {layer.values.map((value, bar) => {
                if (value === 0) return null;
                const below = layers.slice(0, order).reduce((sum, { values }) => sum + (values[bar] ?? 0), 0);
                // What is there is seen, however little.
                const size = Math.max(2, (value / top) * (height - 4));
                return <rect key={bar} x={((bar + 0.12) * width) / instants.length} y={height - (below / top) * (height - 4) - size} width={(width * 0.76) / instants.length} height={size} />;
              })}
            </g>
          ))}
        </svg>
      </div>
      <div aria-hidden className={styles['ends']}>
        <span>{instants[0] === undefined ? '' : clock(instants[0])}</span>
        <span>{instants[last >> 1] === undefined ? '' : clock(instants[last >> 1] ?? 0)}</span>
        <span>{instants[last] === undefined ? '' : clock(instants[last] ?? 0)}</span>
      </div>
      <span role="status" className="visually-hidden">
        {at === null ? '' : `${instant(instants[at] ?? 0)}: ${words(at)}`}
      </span>
    </figure>
  );
}

/** In pixels, so that patterns keep their shape whatever the window. */
function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(1, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}

function Patterns({ id, layers }: { readonly id: string; readonly layers: readonly Layer[] }): ReactNode {
  return (
    <defs>
      {layers.map(({ label, token, pattern }, place) => (
        <pattern key={label} id={`${id}-${place}`} width="6" height="6" patternUnits="userSpaceOnUse" {...(pattern === 'slant' || pattern === 'cross' ? { patternTransform: 'rotate(45)' } : {})}>
          <rect width="6" height="6" style={{ fill: `var(${token})`, fillOpacity: pattern === 'full' ? 1 : 0.18 }} />
          {pattern === 'slant' || pattern === 'cross' ? <rect width="2" height="6" style={{ fill: `var(${token})` }} /> : null}
          {pattern === 'cross' ? <rect width="6" height="2" style={{ fill: `var(${token})` }} /> : null}
          {pattern === 'dots' ? <circle cx="3" cy="3" r="1.4" style={{ fill: `var(${token})` }} /> : null}
        </pattern>
      ))}
    </defs>
  );
}

function clock(unix_ms: number): string {
  return new Date(unix_ms).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}
