/**
 * Duration over time: each matching span a point, failed ones a cross, or gathered in a heat map. The pointer names the nearest point, a press
 * opens its trace, a box drawn over an area becomes filters. What it shows is in the list and in the table as well.
 */
import { type PointerEvent, type ReactNode, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { onThemeChange } from '#colours/paint.ts';
import { duration, instant, plural } from '#time/format.ts';
import { ServiceName } from '#ui/service-name.tsx';
import type { Scale } from './address.ts';
import { type Cloud, nearest } from './cloud.ts';
import styles from './cloud-view.module.css';
import { drawHeat, drawScatter } from './draw-cloud.ts';
import { durationAxis, timeAxis } from './scales.ts';
import { type Box, placeOf, useBrush } from './use-brush.ts';
import { useWidth } from './use-size.ts';

export const CLOUD_HEIGHT = 168;

export interface Area {
  readonly from_ms: number;
  readonly to_ms: number;
  /** Nanoseconds; null: the box reached to the edge. */
  readonly min: number | null;
  readonly max: number | null;
}

export interface CloudViewProps {
  readonly cloud: Cloud | null;
  /** What the time axis shows until there are points. */
  readonly from_ms: number;
  readonly to_ms: number;
  readonly scale: Scale;
  readonly heat: boolean;
  readonly onArea: (area: Area) => void;
  readonly onTrace: (id: string, elsewhere: boolean) => void;
}

export function CloudView({ cloud, from_ms, to_ms, scale, heat, onArea, onTrace }: CloudViewProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const [hovered, setHovered] = useState<number | null>(null);
  const [themes, themeChanged] = useReducer((many: number) => many + 1, 0);
  useEffect(() => onThemeChange(themeChanged), []);
  const x = useMemo(() => timeAxis(cloud?.from_ms ?? from_ms, cloud?.to_ms ?? to_ms, width), [cloud, from_ms, to_ms, width]);
  const y = useMemo(() => durationAxis(scale, cloud?.min ?? 1e5, cloud?.max ?? 1e9, CLOUD_HEIGHT), [cloud, scale]);
  useEffect(() => {
    if (canvas.current === null || cloud === null) return;
    (heat ? drawHeat : drawScatter)(canvas.current, { cloud, x, y, width, height: CLOUD_HEIGHT });
  }, [cloud, heat, x, y, width, themes]);
  useEffect(() => setHovered(null), [cloud, scale]);
  const at = hovered !== null && cloud !== null && hovered < cloud.count ? hovered : null;

  const find = (event: PointerEvent<HTMLElement>): number | null => {
    if (cloud === null) return null;
    const { x: left, y: top } = placeOf(event);
    return nearest(cloud, x, y, left, top);
  };
  const { box, handlers } = useBrush(
    ({ left, right, top, bottom }: Box) => {
      if (right - left < 3 && bottom - top < 3) return;
      onArea({ from_ms: x.toValue(left), to_ms: x.toValue(right), min: bottom > CLOUD_HEIGHT - 4 ? null : y.toValue(bottom), max: top < 4 ? null : y.toValue(top) });
    },
    (_left, _top, event) => {
      const found = find(event);
      // A finger cannot hover: its first touch names the point, the second opens it.
      if (event.pointerType === 'touch' && found !== hovered) setHovered(found);
      else if (found !== null) onTrace(cloud?.trace[found] ?? '', event.metaKey || event.ctrlKey);
    },
  );
  return (
    <div className={styles['grid']}>
      <div aria-hidden className={styles['values']} style={{ blockSize: CLOUD_HEIGHT }}>
        {y.ticks.map(({ px, label }) => (
          <span key={label} style={{ insetBlockStart: px }}>
            {label}
          </span>
        ))}
      </div>
      <div
        ref={place}
        className={styles['plot']}
        style={{ blockSize: CLOUD_HEIGHT }}
        role="img"
        aria-label={cloud === null ? 'Duration over time, loading' : `Duration over time of ${plural(cloud.count, 'span')}, from ${duration(cloud.min)} to ${duration(cloud.max)}. The view Table holds the same in words.`}
        data-points={at !== null || undefined}
        {...handlers}
        onPointerMove={(event) => {
          handlers.onPointerMove(event);
          if (event.pointerType !== 'touch') setHovered(find(event));
        }}
        onPointerLeave={(event) => (event.pointerType === 'touch' ? undefined : setHovered(null))}
      >
        {y.ticks.map(({ px, label }) => (
          <i key={label} className={styles['line']} style={{ insetBlockStart: px }} />
        ))}
        <canvas ref={canvas} className={styles['canvas']} />
        {cloud !== null && cloud.count === 0 ? <span className={styles['none']}>No spans to draw</span> : null}
        {box === null ? null : <i className={styles['brush']} style={{ insetInlineStart: box.left, inlineSize: box.right - box.left, insetBlockStart: box.top, blockSize: box.bottom - box.top }} />}
        {at === null || cloud === null || box !== null ? null : <Named cloud={cloud} at={at} left={x.toPx(cloud.at_ms[at] ?? 0)} top={y.toPx(cloud.duration[at] ?? 0)} width={width} />}
      </div>
      <div aria-hidden className={styles['times']}>
        {x.ticks.filter(({ px }) => px < width - 24).map(({ px, label }) => (
          <span key={px} style={{ insetInlineStart: px }}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

interface NamedProps {
  readonly cloud: Cloud;
  readonly at: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function Named({ cloud, at, left, top, width }: NamedProps): ReactNode {
  return (
    <>
      <i className={styles['ring']} style={{ insetInlineStart: left, insetBlockStart: top }} />
      <div className={styles['named']} style={{ ...(left > width / 2 ? { insetInlineEnd: width - left + 12 } : { insetInlineStart: left + 12 }), insetBlockStart: Math.max(0, Math.min(top - 20, CLOUD_HEIGHT - 46)) }}>
        <div>
          <ServiceName name={cloud.service[at] ?? ''} /> <b>{duration(cloud.duration[at])}</b>
          {cloud.error[at] === 1 ? <span className={styles['failed']}>✕ error</span> : null}
        </div>
        <div className={styles['quiet']}>{instant(cloud.at_ms[at] ?? 0)} · press to open its trace</div>
      </div>
    </>
  );
}
