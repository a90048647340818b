/**
 * A row of the waterfall: name and service left, its bar right. A bar is solid where the span itself ran and pale where its children did; below
 * it runs the critical path, across it stand its events, exceptions as triangles.
 */
import { ChevronDown, ChevronRight, LockKeyhole, OctagonAlert, PencilLine, ShieldX, Unlink } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { serviceColour } from '#colours/service-colour.ts';
import type { TraceModel } from '#outline/model.ts';
import { ERROR, lengthOf, nameOf, serviceOf } from '#outline/outline.ts';
import { eachOwnStretch } from '#outline/self-time.ts';
import { PLACE } from '#outline/tree.ts';
import { count, duration } from '#time/format.ts';
import { pixelOf, type Scale, Strokes } from './ticks.ts';
import { VersionMarks } from './version-marks.tsx';
import styles from './waterfall.module.css';

/** What all rows have in common; the same object until something of it changes. */
export interface Drawing {
  readonly model: TraceModel;
  readonly scale: Scale;
  /** Names above bars instead of left of them. */
  readonly isNarrow: boolean;
  readonly rowHeight: number;
  /** Names are not pushed further right than this. */
  readonly indentMax: number;
}

export interface SpanRowProps {
  readonly drawing: Drawing;
  readonly span: number;
  readonly depth: number;
  /** From 0. */
  readonly row: number;
  /** Nothing of it could be folded or unfolded: no span below it, or none that is shown. */
  readonly isLeaf: boolean;
  readonly isFolded: boolean;
  readonly isCurrent: boolean;
  readonly isOpen: boolean;
  readonly isMatch: boolean;
  readonly isDim: boolean;
  /** It is not what was proved. */
  readonly isDistrusted: boolean;
}

const INDENT = 12;
/** Places of the row kept for labels, in pixels. */
const LABEL = 70;

export const SpanRow = memo(function SpanRow({ drawing, span, depth, row, isLeaf, isFolded, isCurrent, isOpen, isMatch, isDim, isDistrusted }: SpanRowProps): ReactNode {
  const { model, rowHeight, indentMax } = drawing;
  const { outline, tree } = model;
  const service = serviceOf(outline, span);
  const name = nameOf(outline, span);
  const above = tree.parent[span] ?? -1;
  const below = (tree.size[span] ?? 1) - 1;
  const isError = outline.status[span] === ERROR;
  const isHidden = outline.hidden[span] === 1;
  const place = tree.place[span];
  const indent = Math.min(depth * INDENT, indentMax);
  const isNewService = above === -1 || outline.service[above] !== outline.service[span];
  return (
    <div
      role="row"
      id={`span-row-${span}`}
      data-span={span}
      aria-level={depth + 1}
      aria-rowindex={row + 2}
      aria-selected={isOpen}
      {...(isLeaf ? {} : { 'aria-expanded': !isFolded })}
      className={styles['row']}
      data-current={isCurrent || undefined}
      data-match={isMatch || undefined}
      data-dim={isDim || undefined}
      data-distrusted={isDistrusted || undefined}
      data-hidden={isHidden || undefined}
      data-forged={outline.versions.get(span)?.forged === true || undefined}
      style={{ transform: `translateY(${row * rowHeight}px)`, blockSize: rowHeight }}
    >
      <div role="gridcell" className={styles['name']} title={`${service} · ${isHidden ? 'hidden by policy' : name}`}>
        <span aria-hidden className={styles['guides']} style={{ inlineSize: indent }} />
        {depth * INDENT > indentMax ? <span className={styles['deep']}>{depth}</span> : null}
        {isLeaf ? (
          <span className={styles['leaf']} />
        ) : (
          <button type="button" tabIndex={-1} data-fold className={styles['fold']} aria-label={`${isFolded ? 'Unfold' : 'Fold'} ${count(below)} below`}>
            {isFolded ? <ChevronRight aria-hidden size={13} /> : <ChevronDown aria-hidden size={13} />}
            {count(below)}
          </button>
        )}
        <span aria-hidden className={styles['strip']} style={{ background: serviceColour(service) }} />
        {isDistrusted ? <ShieldX aria-label="Not what was proved" role="img" size={14} className={styles['error'] ?? ''} /> : null}
        {isHidden ? <LockKeyhole aria-label="Hidden by policy" role="img" size={12} className={styles['hidden'] ?? ''} /> : null}
        {isError ? <OctagonAlert aria-label="Error" role="img" size={13} className={styles['error'] ?? ''} /> : null}
        {(outline.minimized[span] ?? 0) > 0 ? <PencilLine aria-label="Values minimized" role="img" size={12} className={styles['minimized'] ?? ''} /> : null}
        {(place === PLACE.orphan && outline.begunOutside[span] !== 1) || place === PLACE.cycle ? <Unlink aria-label={place === PLACE.orphan ? 'Its parent is not in the trace' : 'Its ancestors lead back to it'} role="img" size={12} className={styles['unlinked'] ?? ''} /> : null}
        <VersionMarks outline={outline} span={span} />
        <span className={isNewService ? styles['service'] : 'visually-hidden'}>{service === '' ? 'no service name' : service}</span>
        <span className={styles['operation']}>{name}</span>
      </div>
      <div role="gridcell" className={styles['lane']}>
        <Bar drawing={drawing} span={span} service={service} isError={isError} />
      </div>
    </div>
  );
});

function Bar({ drawing, span, service, isError }: { readonly drawing: Drawing; readonly span: number; readonly service: string; readonly isError: boolean }): ReactNode {
  const { model, scale, isNarrow } = drawing;
  const { outline, tree, start, critical, self } = model;
  const { width } = scale;
  const begin = start[span] ?? 0;
  const length = lengthOf(outline, span);
  const left = pixelOf(scale, begin);
  const right = Math.max(pixelOf(scale, begin + length), left + 2);
  const height = isNarrow ? 18 : 26;
  const top = isNarrow ? 3 : 7;
  const thick = isNarrow ? 9 : 11;
  const label = duration(length);
  const hidden = <span className="visually-hidden">{`${isError ? 'error, ' : ''}starts after ${duration(begin - model.from)}, self ${duration(self[span])}${(critical.time[span] ?? 0) > 0 ? `, ${duration(critical.time[span])} on the critical path` : ''}`}</span>;
  if (right < 0 || left > width) {
    return (
      <span className={styles['outside']} data-side={right < 0 ? 'before' : 'after'}>
        <span aria-hidden>{right < 0 ? '‹' : '›'}</span>
        <span className="visually-hidden">{`${label}, outside of the stretch shown`}</span>
        {hidden}
      </span>
    );
  }
  const [x, wide] = [Math.max(0, left), Math.min(width, right) - Math.max(0, left)];
  const side = right + LABEL < width ? 'after' : left > LABEL ? 'before' : 'inside';
  return (
    <>
      <svg aria-hidden width={width} height={height} className={styles['bars']} style={{ color: serviceColour(service) }}>
        <rect x={x} y={top} width={wide} height={thick} rx={2} className={styles['whole']} />
        {length > 0 && (tree.size[span] ?? 1) > 1 ? <path d={ownPath(drawing, span, top, thick)} className={styles['own']} /> : <rect x={x} y={top} width={wide} height={thick} rx={2} className={styles['own']} />}
        {(critical.time[span] ?? 0) > 0 ? <path d={criticalPathOf(drawing, span, top + thick + 2)} className={styles['critical']} /> : null}
        {(outline.eventFrom[span + 1] ?? 0) > (outline.eventFrom[span] ?? 0) ? <Events drawing={drawing} span={span} top={top - 3} height={thick + 6} /> : null}
      </svg>
      <span className={styles['label']} data-side={side} data-error={isError || undefined} style={side === 'after' ? { insetInlineStart: right + 6 } : side === 'before' ? { insetInlineEnd: width - left + 6 } : { insetInlineStart: x + 6 }}>
        {label}
        {hidden}
      </span>
    </>
  );
}

function ownPath({ model, scale }: Drawing, span: number, top: number, thick: number): string {
  const strokes = new Strokes(scale, 0);
  eachOwnStretch(model.outline, model.tree, model.start, span, (from, to) => strokes.add(from, to));
  return strokes.path(top, thick);
}

function criticalPathOf({ model: { critical }, scale }: Drawing, span: number, top: number): string {
  const strokes = new Strokes(scale);
  for (let at = critical.first[span] ?? 0; at < (critical.first[span + 1] ?? 0); at += 1) strokes.add(critical.from[at] ?? 0, critical.to[at] ?? 0);
  return strokes.path(top, 2);
}

function Events({ drawing: { model, scale }, span, top, height }: { readonly drawing: Drawing; readonly span: number; readonly top: number; readonly height: number }): ReactNode {
  const { outline, start } = model;
  const moved = (start[span] ?? 0) - (outline.start[span] ?? 0);
  let ticks = '';
  let errors = '';
  for (let at = outline.eventFrom[span] ?? 0; at < (outline.eventFrom[span + 1] ?? 0); at += 1) {
    const x = pixelOf(scale, (outline.eventAt[at] ?? 0) + moved);
    if (x < 0 || x > scale.width) continue;
    if (outline.eventError[at] === 1) errors += `M${x.toFixed(1)} ${top}l5 9h-10z`;
    else ticks += `M${x.toFixed(1)} ${top}v${height}`;
  }
  return (
    <>
      <path d={ticks} className={styles['ticks']} />
      <path d={errors} className={styles['thrown']} />
    </>
  );
}
