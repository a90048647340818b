/**
 * The flame graph on a canvas, drawn for the part that is in view. One tab stop: arrows go to the box above, below or beside, Enter makes a box
 * the whole width, Escape goes back; what is current is told in words. The table of operations holds the same figures.
 */
import { type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { onThemeChange, tokenColour } from '#colours/paint.ts';
import { colourIndex } from '#colours/service-colour.ts';
import type { TraceModel } from '#outline/model.ts';
import { duration, percent, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { type Box, flameOf } from './flame.ts';
import styles from './flame.module.css';

const ROW = 22;

export interface FlameViewProps {
  readonly model: TraceModel;
  /** Boxes without it are pale. */
  readonly text: string;
  readonly onOpen: (span: number) => void;
}

export function FlameView({ model, text, onOpen }: FlameViewProps): ReactNode {
  const boxes = useMemo(() => flameOf(model), [model]);
  const [top, setTop] = useState(0);
  const [current, setCurrent] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const deepest = useMemo(() => boxes.reduce((most, { depth }) => Math.max(most, depth), 0), [boxes]);
  const draw = useCallback(() => {
    if (canvas.current === null || scroller.current === null) return;
    canvas.current.style.blockSize = `${scroller.current.clientHeight}px`;
    paint(canvas.current, model, boxes, { top, current, text: text.toLowerCase(), scrolled: scroller.current.scrollTop });
  }, [model, boxes, top, current, text]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    element.addEventListener('scroll', draw, { passive: true });
    const stop = onThemeChange(draw);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', draw);
      stop();
    };
  }, [draw]);

  const boxAt = (event: MouseEvent): number => {
    const element = canvas.current;
    const whole = boxes[top];
    if (element === null || whole === undefined) return -1;
    const area = element.getBoundingClientRect();
    const depth = Math.floor((event.clientY - area.top + (scroller.current?.scrollTop ?? 0)) / ROW);
    const share = whole.left + ((event.clientX - area.left) / area.width) * whole.width;
    return boxes.findIndex((box) => box.depth === depth && share >= box.left && share < box.left + box.width);
  };
  const go = (at: number): void => {
    if (at < 0 || boxes[at] === undefined) return;
    setCurrent(at);
    const y = (boxes[at]?.depth ?? 0) * ROW;
    const element = scroller.current;
    if (element !== null && (y < element.scrollTop || y + ROW > element.scrollTop + element.clientHeight)) element.scrollTop = y - element.clientHeight / 2;
  };
  const key = (event: KeyboardEvent): void => {
    const box = boxes[current];
    if (box === undefined) return;
    const siblings = boxes[box.parent]?.children ?? [current];
    const at = siblings.indexOf(current);
    const next = { ArrowUp: box.parent, ArrowDown: box.children[0], ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1] }[event.key];
    if (event.key === 'Enter') {
      setTop(current);
      if (top === current && box.span !== -1) onOpen(box.span);
    } else if (event.key === 'Escape' && top !== 0) setTop(0);
    else if (event.key.startsWith('Arrow')) go(next ?? -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const told = boxes[current];
  return (
    <div className={styles['flame']}>
      <div className={styles['told']}>
        <span role="status">{told === undefined ? '' : words(model, boxes, told)}</span>
        {told === undefined || told.span === -1 ? null : (
          <Button size="small" onPress={() => onOpen(told.span)}>
            Longest span
          </Button>
        )}
        {top === 0 ? null : (
          <Button size="small" onPress={() => setTop(0)}>
            Whole trace
          </Button>
        )}
      </div>
      <div ref={scroller} role="application" aria-roledescription="flame graph" aria-label="Flame graph by self time. Arrow keys go from box to box, Enter widens one, Escape goes back." tabIndex={0} className={styles['scroller']} onKeyDown={key}>
        <div className={styles['stay']}>
          <canvas
            ref={canvas}
            aria-hidden
            className={styles['canvas']}
            onMouseMove={(event) => {
              const at = boxAt(event);
              if (at !== -1 && at !== current) setCurrent(at);
            }}
            onClick={(event) => {
              const at = boxAt(event);
              if (at === -1) return;
              setTop(at);
              setCurrent(at);
            }}
          />
        </div>
        <div aria-hidden style={{ blockSize: (deepest + 1) * ROW }} />
      </div>
      <p className={styles['note']}>Spans with the same way from the root are one box, as wide as the time that it and everything below it ran itself. Press a box to widen it.</p>
    </div>
  );
}

function words({ outline }: TraceModel, boxes: readonly Box[], box: Box): string {
  const whole = boxes[0]?.value ?? 0;
  if (box.parent === -1) return `Whole trace: ${plural(box.count, 'span')}, ${duration(box.value)} of work`;
  return `${outline.services[box.service] ?? ''} · ${outline.names[box.name] ?? ''}: ${plural(box.count, 'span')}, ${duration(box.value)} with what is below (${percent(whole === 0 ? 0 : box.value / whole)}), self ${duration(box.self)}${box.errors === 0 ? '' : `, ${plural(box.errors, 'error')}`}`;
}

interface Looking {
  readonly top: number;
  readonly current: number;
  readonly text: string;
  readonly scrolled: number;
}

function paint(canvas: HTMLCanvasElement, { outline }: TraceModel, boxes: readonly Box[], { top, current, text: wanted, scrolled }: Looking): void {
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const whole = boxes[top];
  const context = canvas.getContext('2d');
  if (context === null || whole === undefined || width === 0) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'middle';
  const colours = outline.services.map((name) => tokenColour(`--service-${colourIndex(name)}`));
  const [surface, text, sunken, error, focus] = ['--surface', '--text', '--sunken', '--error', '--focus'].map(tokenColour);
  const scale = width / whole.width;
  for (const [at, box] of boxes.entries()) {
    const y = box.depth * ROW - scrolled;
    if (y + ROW < 0 || y > height) continue;
    const left = Math.max(0, (box.left - whole.left) * scale);
    const right = Math.min(width, (box.left + box.width - whole.left) * scale);
    if (right - left < 0.6) continue;
    context.fillStyle = box.service === -1 ? (sunken ?? '') : (colours[box.service] ?? '');
    const isPale = wanted !== '' && !`${outline.names[box.name] ?? ''} ${outline.services[box.service] ?? ''}`.toLowerCase().includes(wanted);
    context.globalAlpha = box.service === -1 ? 1 : isPale ? 0.12 : 0.4;
    context.fillRect(left, y + 1, Math.max(1, right - left - 1), ROW - 2);
    context.globalAlpha = 1;
    if (box.errors > 0) {
      context.fillStyle = error ?? '';
      context.fillRect(left, y + ROW - 4, Math.max(1, right - left - 1), 3);
    }
    if (right - left > 30) {
      context.save();
      context.beginPath();
      context.rect(left, y, right - left - 4, ROW);
      context.clip();
      context.fillStyle = text ?? '';
      context.fillText(box.service === -1 ? `${plural(box.count, 'span')}` : `${outline.names[box.name] ?? ''} · ${outline.services[box.service] ?? ''} · ${duration(box.value)}`, left + 5, y + ROW / 2);
      context.restore();
    }
    if (at === current) {
      context.strokeStyle = focus ?? surface ?? '';
      context.lineWidth = 2;
      context.strokeRect(left + 1, y + 2, Math.max(1, right - left - 3), ROW - 4);
    }
  }
}
