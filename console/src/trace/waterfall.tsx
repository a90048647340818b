/**
 * The waterfall: as many rows as fit, taken out of all of them (TanStack Virtual); a ruler that stays; a hair line under the pointer that is
 * moved without React. One tab stop: arrows move, and what is current is told by `aria-activedescendant` (ARIA, treegrid).
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { duration } from '#time/format.ts';
import { ColumnEdge } from './column-edge.tsx';
import type { Rows } from './rows.ts';
import { type Drawing, SpanRow } from './span-row.tsx';
import { pixelOf, type Scale, ticksOf } from './ticks.ts';
import { useNameWidth } from './use-name-width.ts';
import styles from './waterfall.module.css';

export interface WaterfallProps {
  readonly model: TraceModel;
  readonly rows: Rows;
  readonly folded: Uint8Array;
  readonly zoom: readonly [number, number] | null;
  /** The row under the cursor; -1: none. */
  readonly row: number;
  readonly isOpen: boolean;
  /** Spans that were found; null without a search. */
  readonly marked: Uint8Array | null;
  /** Spans that are not what was proved; null while nothing is wrong. */
  readonly distrusted: ReadonlySet<number> | null;
  readonly onOpen: (span: number) => void;
  readonly onFold: (span: number) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

const RULER = 26;
const NARROW = 560;
const MARGIN = 12;

export function Waterfall({ model, rows, folded, zoom, row, isOpen, marked, distrusted, onOpen, onFold, onKey }: WaterfallProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const isNarrow = width < NARROW;
  const [nameWidth, setNameWidth] = useNameWidth(width);
  const rowHeight = isNarrow ? 44 : 26;
  const laneWidth = Math.max(40, isNarrow ? width - 2 * MARGIN : width - nameWidth - 2 * MARGIN);
  const [from, to] = zoom ?? [model.from, model.to];
  const scale = useMemo<Scale>(() => ({ from, to: to > from ? to : from + 1, width: laneWidth, origin: model.from }), [from, to, laneWidth, model.from]);
  const drawing = useMemo<Drawing>(() => ({ model, scale, isNarrow, rowHeight, indentMax: Math.max(48, (isNarrow ? width : nameWidth) * 0.45) }), [model, scale, isNarrow, rowHeight, width, nameWidth]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const virtualizer = useVirtualizer({ count: rows.spans.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: RULER + rowHeight, scrollPaddingEnd: rowHeight });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useEffect(() => {
    if (row !== -1) virtualizer.scrollToIndex(row, { align: 'auto' });
  }, [virtualizer, row]);

  const press = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const found = target?.closest('[data-span]');
    if (!(found instanceof HTMLElement)) return;
    const span = Number(found.dataset['span']);
    if (target?.closest('[data-fold]') != null) onFold(span);
    else onOpen(span);
  };
  const items = virtualizer.getVirtualItems();
  // Only a row that is there can be pointed to.
  const current = items.some(({ index }) => index === row) ? rows.spans[row] : undefined;
  return (
    <HairLine scale={scale} offset={isNarrow ? MARGIN : nameWidth + MARGIN}>
      <div
        ref={scroller}
        role="treegrid"
        tabIndex={0}
        aria-label="Spans of the trace. Up and down move, right and left unfold and fold, Enter opens the details."
        aria-rowcount={rows.spans.length + 1}
        aria-colcount={2}
        aria-activedescendant={current === undefined ? undefined : `span-row-${current}`}
        className={styles['scroller']}
        data-narrow={isNarrow || undefined}
        style={{ ['--name-width' as string]: `${nameWidth}px`, ['--lane-width' as string]: `${laneWidth}px` }}
        onClick={press}
        onKeyDown={onKey}
      >
        <div role="row" aria-rowindex={1} className={styles['ruler']}>
          <div role="columnheader" className={styles['heading']}>
            Service and operation
          </div>
          <div role="columnheader" aria-label={`Time, ${duration(from - model.from)} to ${duration(to - model.from)}`} className={styles['times']}>
            <Ruler scale={scale} />
          </div>
        </div>
        <div role="presentation" className={styles['rows']} style={{ blockSize: rows.spans.length * rowHeight }}>
          {items.map(({ index }) => {
            const span = rows.spans[index];
            if (span === undefined) return null;
            const isMatch = marked !== null && marked[span] === 1;
            return <SpanRow key={span} drawing={drawing} span={span} depth={rows.depths[index] ?? 0} row={index} isLeaf={folded[span] !== 1 && (rows.depths[index + 1] ?? 0) <= (rows.depths[index] ?? 0)} isFolded={folded[span] === 1} isCurrent={index === row} isOpen={isOpen && index === row} isMatch={isMatch} isDim={marked !== null && !isMatch} isDistrusted={distrusted?.has(span) === true} />;
          })}
        </div>
      </div>
      {isNarrow ? null : <ColumnEdge at={nameWidth} max={width} onMove={setNameWidth} />}
    </HairLine>
  );
}

function Ruler({ scale }: { readonly scale: Scale }): ReactNode {
  return ticksOf(scale, Math.max(2, Math.floor(scale.width / 110))).map((at) => {
    const x = pixelOf(scale, at);
    return x > scale.width - 48 ? null : (
      <span key={at} className={styles['tick']} style={{ insetInlineStart: x }}>
        {duration(at - scale.origin)}
      </span>
    );
  });
}

/** Grid lines, and the time under the pointer across all rows. */
function HairLine({ scale, offset, children }: { readonly scale: Scale; readonly offset: number; readonly children: ReactNode }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const follow = (event: PointerEvent): void => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    const x = event.clientX - left - offset;
    const shown = x >= 0 && x <= scale.width && event.pointerType !== 'touch';
    if (line.current !== null) {
      line.current.hidden = !shown;
      line.current.style.transform = `translateX(${offset + x}px)`;
      line.current.dataset['side'] = x > scale.width - 90 ? 'left' : 'right';
    }
    if (label.current !== null) label.current.textContent = duration(scale.from - scale.origin + (x / scale.width) * (scale.to - scale.from));
  };
  const leave = (): void => {
    if (line.current !== null) line.current.hidden = true;
  };
  return (
    <div ref={box} className={styles['waterfall']} onPointerMove={follow} onPointerLeave={leave}>
      <div aria-hidden className={styles['grid']} style={{ insetInlineStart: offset, inlineSize: scale.width }}>
        {ticksOf(scale, Math.max(2, Math.floor(scale.width / 110))).map((at) => (
          <i key={at} style={{ insetInlineStart: pixelOf(scale, at) }} />
        ))}
      </div>
      {children}
      <div ref={line} aria-hidden hidden className={styles['hair']}>
        <span ref={label} />
      </div>
    </div>
  );
}
