/** All spans as a table, sorted by what one looks for: the slowest, those that took longest themselves, those on the critical path. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, OctagonAlert } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { ERROR, lengthOf, nameOf, serviceOf } from '#outline/outline.ts';
import { duration, plural } from '#time/format.ts';
import { Empty } from '#ui/empty.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { type Column, COLUMNS, type Order, sortedSpans } from './sorted.ts';
import styles from './table.module.css';

export interface SpanListProps {
  readonly model: TraceModel;
  readonly marked: Uint8Array | null;
  readonly current: number;
  readonly onOpen: (span: number) => void;
}

const ROW = 30;
const HEADINGS: Readonly<Record<Column, string>> = { start: 'Starts after', service: 'Service', name: 'Operation', duration: 'Duration', self: 'Self time', critical: 'Critical path', status: 'Status' };
const TEXTS: readonly Column[] = ['service', 'name'];

export function SpanList({ model, marked, current, onOpen }: SpanListProps): ReactNode {
  const [order, setOrder] = useState<Order>({ column: 'self', isDescending: true });
  const spans = useMemo(() => sortedSpans(model, order, marked), [model, order, marked]);
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({ count: spans.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12, scrollPaddingStart: ROW });
  useEffect(() => {
    setAt(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [spans]);
  const sort = (column: Column): void => setOrder({ column, isDescending: order.column === column ? !order.isDescending : !TEXTS.includes(column) && column !== 'start' });
  const key = (event: KeyboardEvent): void => {
    const next = { ArrowDown: Math.min(spans.length - 1, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: spans.length - 1, PageDown: Math.min(spans.length - 1, at + 15), PageUp: Math.max(0, at - 15) }[event.key];
    if (event.target !== event.currentTarget || (next === undefined && event.key !== 'Enter')) return;
    event.preventDefault();
    if (next === undefined) onOpen(spans[at] ?? 0);
    else {
      setAt(next);
      virtualizer.scrollToIndex(next);
    }
  };
  const items = virtualizer.getVirtualItems();
  if (spans.length === 0) {
    return (
      <Empty title="No span matches">
        <p>Shorten the text, or clear it to see all {plural(model.outline.size, 'span')}.</p>
      </Empty>
    );
  }
  return (
    <div ref={scroller} role="grid" tabIndex={0} aria-label="Spans. Up and down move, Enter opens the details." aria-rowcount={spans.length + 1} aria-activedescendant={items.some(({ index }) => index === at) ? `span-line-${spans[at] ?? 0}` : undefined} className={styles['grid']} onKeyDown={key}>
      <div role="row" aria-rowindex={1} className={styles['head']}>
        {COLUMNS.map((column) => (
          <div key={column} role="columnheader" aria-sort={order.column === column ? (order.isDescending ? 'descending' : 'ascending') : 'none'} data-column={column}>
            <button type="button" onClick={() => sort(column)}>
              {HEADINGS[column]}
              {order.column !== column ? null : order.isDescending ? <ArrowDown aria-hidden size={12} /> : <ArrowUp aria-hidden size={12} />}
            </button>
          </div>
        ))}
      </div>
      <div role="presentation" className={styles['lines']} style={{ blockSize: spans.length * ROW }}>
        {items.map(({ index }) => {
          const span = spans[index] ?? 0;
          return <Line key={span} model={model} span={span} row={index} isCurrent={index === at} isOpen={span === current} onOpen={onOpen} />;
        })}
      </div>
    </div>
  );
}

function Line({ model, span, row, isCurrent, isOpen, onOpen }: { readonly model: TraceModel; readonly span: number; readonly row: number; readonly isCurrent: boolean; readonly isOpen: boolean; readonly onOpen: (span: number) => void }): ReactNode {
  const { outline, start, from, self, critical } = model;
  return (
    <div role="row" id={`span-line-${span}`} aria-rowindex={row + 2} aria-selected={isOpen} data-current={isCurrent || undefined} className={styles['line']} style={{ transform: `translateY(${row * ROW}px)`, blockSize: ROW }} onClick={() => onOpen(span)}>
      <div role="gridcell" data-column="start">
        {duration((start[span] ?? 0) - from)}
      </div>
      <div role="gridcell" data-column="service">
        <ServiceName name={serviceOf(outline, span)} />
      </div>
      <div role="gridcell" data-column="name" title={nameOf(outline, span)}>
        {nameOf(outline, span)}
      </div>
      <div role="gridcell" data-column="duration">
        {duration(lengthOf(outline, span))}
      </div>
      <div role="gridcell" data-column="self">
        {duration(self[span])}
      </div>
      <div role="gridcell" data-column="critical">
        {(critical.time[span] ?? 0) > 0 ? duration(critical.time[span]) : '–'}
      </div>
      <div role="gridcell" data-column="status">
        {outline.status[span] === ERROR ? (
          <span className={styles['failed']}>
            <OctagonAlert aria-hidden size={13} />
            error
          </span>
        ) : (
          ''
        )}
      </div>
    </div>
  );
}
