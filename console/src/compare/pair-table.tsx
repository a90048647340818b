/** The steps of two traces, one a row: name, its bar in each trace on the same scale, what became of it. */
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { serviceColour } from '#colours/service-colour.ts';
import type { TraceModel } from '#outline/model.ts';
import { ERROR, lengthOf, nameOf, serviceOf } from '#outline/outline.ts';
import { duration } from '#time/format.ts';
import styles from './compare.module.css';
import type { Comparison, Pair, Verdict } from './match.ts';
import { useNarrow } from './use-narrow.ts';
import { VerdictMark } from './verdict.tsx';

export interface PairTableProps {
  readonly left: TraceModel;
  readonly right: TraceModel;
  readonly comparison: Comparison;
  /** Only steps of this kind; null: all. */
  readonly only: Verdict | null;
}

/** On a narrow window the bars stand below the name. */
const ROW = 30;
const ROW_NARROW = 68;
const INDENT_MAX = 140;

export function PairTable({ left, right, comparison, only }: PairTableProps): ReactNode {
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const height = isNarrow ? ROW_NARROW : ROW;
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const pairs = useMemo(() => (only === null ? comparison.pairs : comparison.pairs.filter(({ verdict }) => verdict === only)), [comparison, only]);
  const length = Math.max(left.to - left.from, right.to - right.from, 1);
  const virtualizer = useVirtualizer({ count: pairs.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 12, scrollPaddingStart: ROW });
  useEffect(() => virtualizer.measure(), [virtualizer, height]);
  const open = (pair: Pair | undefined): void => {
    if (pair === undefined) return;
    const [{ outline }, span] = pair.right === -1 ? [left, pair.left] : [right, pair.right];
    void navigate({ to: '/traces/$id', params: { id: outline.traceId }, search: { span: outline.ids[span] } });
  };
  const key = (event: KeyboardEvent): void => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: pairs.length - 1, PageDown: at + 15, PageUp: at - 15 }[event.key];
    if (next === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (next === undefined) return open(pairs[at]);
    const bounded = Math.max(0, Math.min(pairs.length - 1, next));
    setAt(bounded);
    virtualizer.scrollToIndex(bounded);
  };
  const items = virtualizer.getVirtualItems();
  const current = items.some(({ index }) => index === at) ? pairs[at] : undefined;
  return (
    <div ref={scroller} role="treegrid" tabIndex={0} aria-label="Steps of both traces. Up and down move, Enter opens the step in its trace." aria-rowcount={pairs.length + 1} aria-activedescendant={current === undefined ? undefined : idOf(current)} className={styles['pairs']} data-narrow={isNarrow || undefined} onKeyDown={key}>
      <div role="row" aria-rowindex={1} className={styles['head']}>
        <div role="columnheader">Service and operation</div>
        <div role="columnheader">A</div>
        <div role="columnheader">B</div>
        <div role="columnheader">B compared with A</div>
      </div>
      <div role="presentation" className={styles['lines']} style={{ blockSize: pairs.length * height }}>
        {items.map(({ index }) => {
          const pair = pairs[index];
          if (pair === undefined) return null;
          const [known, span] = pair.left === -1 ? [right, pair.right] : [left, pair.left];
          const service = serviceOf(known.outline, span);
          return (
            <div key={idOf(pair)} role="row" id={idOf(pair)} aria-level={pair.depth + 1} aria-rowindex={index + 2} data-current={index === at || undefined} data-verdict={pair.verdict} className={styles['line']} style={{ transform: `translateY(${index * height}px)`, blockSize: height }} onClick={() => setAt(index)} onDoubleClick={() => open(pair)}>
              <div role="gridcell" className={styles['step']} title={`${service} · ${nameOf(known.outline, span)}`}>
                <span aria-hidden className={styles['guides']} style={{ inlineSize: Math.min(pair.depth * 12, INDENT_MAX) }} />
                <span aria-hidden className={styles['strip']} style={{ background: serviceColour(service) }} />
                <span className={styles['service']}>{service === '' ? 'no service name' : service}</span>
                <span className={styles['operation']}>{nameOf(known.outline, span)}</span>
              </div>
              <Bar letter="A" model={left} span={pair.left} length={length} service={service} />
              <Bar letter="B" model={right} span={pair.right} length={length} service={service} />
              <div role="gridcell" className={styles['became']}>
                <VerdictMark verdict={pair.verdict}>{pair.verdict === 'slower' || pair.verdict === 'faster' ? duration(Math.abs(pair.longer)) : null}</VerdictMark>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Bar({ letter, model, span, length, service }: { readonly letter: 'A' | 'B'; readonly model: TraceModel; readonly span: number; readonly length: number; readonly service: string }): ReactNode {
  if (span === -1) {
    return (
      <div role="gridcell" data-letter={letter} className={styles['missing']}>
        not there
      </div>
    );
  }
  const { outline, start, from } = model;
  const left = (100 * ((start[span] ?? 0) - from)) / length;
  const own = lengthOf(outline, span);
  return (
    <div role="gridcell" data-letter={letter} className={styles['bar']}>
      <span aria-hidden className={styles['lane']}>
        <span style={{ insetInlineStart: `${left}%`, inlineSize: `max(2px, ${(100 * own) / length}%)`, background: serviceColour(service) }} />
      </span>
      <span className={styles['length']} data-error={outline.status[span] === ERROR || undefined}>
        {duration(own)}
        {outline.status[span] === ERROR ? ' error' : ''}
      </span>
    </div>
  );
}

function idOf({ left, right }: Pair): string {
  return `pair-${left}-${right}`;
}
