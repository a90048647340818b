/**
 * The whole trace as a strip: a line a span, and the stretch of time that the waterfall shows. Drag over it to choose a stretch, or move the two
 * edges with the arrow keys.
 */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { onThemeChange, tokenColour } from '#colours/paint.ts';
import { colourIndex } from '#colours/service-colour.ts';
import type { TraceModel } from '#outline/model.ts';
import { lengthOf } from '#outline/outline.ts';
import { duration } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './minimap.module.css';

export interface MinimapProps {
  readonly model: TraceModel;
  /** Null: all of it. */
  readonly zoom: readonly [number, number] | null;
  readonly onZoom: (zoom: readonly [number, number] | null) => void;
}

/** A drag of fewer pixels is a click. */
const DRAG_MIN = 4;

export function Minimap({ model, zoom, onZoom }: MinimapProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const strip = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const { from, to } = model;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    let frame = 0;
    const draw = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => paint(element, model));
    };
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    const stop = onThemeChange(draw);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      stop();
    };
  }, [model]);

  const [begin, end] = drag ?? zoom ?? [from, to];
  const share = (at: number): number => (to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0);
  const instantAt = (event: PointerEvent): number => {
    const box = strip.current?.getBoundingClientRect();
    return box === undefined ? from : from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (to - from);
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const first = instantAt(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag([first, first]);
  };
  const move = (event: PointerEvent): void => {
    if (drag !== null) setDrag([drag[0], instantAt(event)]);
  };
  const release = (): void => {
    if (drag === null) return;
    const [left, right] = [Math.min(...drag), Math.max(...drag)];
    setDrag(null);
    if ((share(right) - share(left)) * (strip.current?.clientWidth ?? 0) >= DRAG_MIN) onZoom([left, right]);
  };
  const nudge = (edge: 0 | 1) => (event: KeyboardEvent): void => {
    const step = ((to - from) / 50) * (event.shiftKey ? 5 : 1);
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (event.key === 'Escape') onZoom(null);
    if (by === undefined) return;
    event.preventDefault();
    const moved = edge === 0 ? [Math.max(from, Math.min(begin + by, end - step / 10)), end] as const : [begin, Math.min(to, Math.max(end + by, begin + step / 10))] as const;
    onZoom(moved[0] <= from && moved[1] >= to ? null : moved);
  };
  const [left, right] = [Math.min(share(begin), share(end)), Math.max(share(begin), share(end))];
  const edge = (which: 0 | 1, at: number, label: string): ReactNode => (
    <div role="slider" tabIndex={0} aria-label={label} aria-valuemin={0} aria-valuemax={Math.round(to - from)} aria-valuenow={Math.round(Math.min(begin, end) * (1 - which) + Math.max(begin, end) * which - from)} aria-valuetext={duration((which === 0 ? Math.min(begin, end) : Math.max(begin, end)) - from)} className={styles['edge']} data-side={which} style={{ insetInlineStart: `${at * 100}%` }} onKeyDown={nudge(which)} />
  );
  return (
    <div className={styles['minimap']}>
      <div ref={strip} className={styles['strip']} onPointerDown={press} onPointerMove={move} onPointerUp={release} onPointerCancel={() => setDrag(null)} onDoubleClick={() => onZoom(null)}>
        <canvas ref={canvas} className={styles['canvas']} role="img" aria-label="The whole trace, a line for each span. Drag to choose a stretch of time." />
        <div className={styles['shade']} style={{ insetInlineStart: 0, inlineSize: `${left * 100}%` }} />
        <div className={styles['shade']} style={{ insetInlineStart: `${right * 100}%`, insetInlineEnd: 0 }} />
        {edge(0, left, 'Start of the stretch shown')}
        {edge(1, right, 'End of the stretch shown')}
      </div>
      {zoom === null ? null : (
        <div className={styles['told']}>
          <span>
            {duration(zoom[0] - from)} to {duration(zoom[1] - from)}, {duration(zoom[1] - zoom[0])} of {duration(to - from)}
          </span>
          <Button size="small" look="quiet" onPress={() => onZoom(null)}>
            Whole trace
          </Button>
        </div>
      )}
    </div>
  );
}

/** Lines that would fall onto the one drawn before are left out: 50,000 spans take some milliseconds. */
function paint(canvas: HTMLCanvasElement, { outline, tree, start, from, to }: TraceModel): void {
  const ratio = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null || to <= from) return;
  const colours = outline.services.map((name) => tokenColour(`--service-${colourIndex(name)}`));
  const step = Math.min(8 * ratio, height / outline.size);
  const line = Math.max(1.5 * ratio, step * 0.7);
  const scale = width / (to - from);
  let drawn = '';
  for (let row = 0; row < outline.size; row += 1) {
    const span = tree.order[row] ?? 0;
    const y = Math.floor(row * step);
    const x = Math.floor(((start[span] ?? 0) - from) * scale);
    const wide = Math.max(1, Math.ceil(lengthOf(outline, span) * scale));
    const key = `${x} ${y} ${wide}`;
    if (key === drawn) continue;
    drawn = key;
    context.fillStyle = colours[outline.service[span] ?? 0] ?? '';
    context.fillRect(Math.min(x, width - 1), Math.min(y, height - line), Math.max(wide, ratio), line);
  }
}
