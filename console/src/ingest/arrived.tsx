/** What arrived over time: stored, refused, dropped, as bars that add up to what was received, or as a table. */
import { type ReactNode, useMemo } from 'react';
import type { AccountingHistory } from '#api/ingest.ts';
import { type Layer, StackedBars } from '#charts/stacked-bars.tsx';
import { count, percent } from '#time/format.ts';
import type { PageRange } from '#time/use-range.ts';
import { Choice, Segments } from '#ui/choice.tsx';
import { Figure, Panel } from '#ui/panel.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import { PlainTable } from '#ui/table.tsx';
import { type Sums, sumsOf } from './account-sums.ts';
import type { IngestState } from './address.ts';
import styles from './ingest.module.css';
import type { Change } from './page.tsx';

const ALL = 'all';
const SHOWN = [
  { id: 'chart', label: 'Chart' },
  { id: 'table', label: 'Table' },
] as const;

export interface ArrivedProps {
  readonly history: AccountingHistory;
  readonly state: IngestState;
  readonly range: PageRange;
  readonly change: (to: Change) => void;
}

export function Arrived({ history, state, range, change }: ArrivedProps): ReactNode {
  const sums = useMemo(() => sumsOf(history, state.producer), [history, state.producer]);
  const options = [{ id: ALL, label: 'All producers' }, ...history.producers.map(({ id, name }) => ({ id, label: name }))];
  const known = state.producer === undefined || options.some(({ id }) => id === state.producer);
  return (
    <Panel
      title="What arrived"
      note={range.label}
      actions={
        <>
          <Choice bare label="Producer" options={known ? options : [...options, { id: state.producer ?? '', label: state.producer ?? '' }]} value={state.producer ?? ALL} onChange={(id) => change({ producer: id === ALL ? undefined : id })} />
          <Segments label="Shown as" options={SHOWN} value={state.show} onChange={(show) => change({ show })} />
        </>
      }
    >
      <Totals totals={sums.totals} />
      {state.show === 'table' ? <BucketTable sums={sums} /> : <Bars sums={sums} />}
    </Panel>
  );
}

function Totals({ totals }: { readonly totals: Sums['totals'] }): ReactNode {
  const share = (part: number): string => (totals.received === 0 ? '' : percent(part / totals.received));
  return (
    <div className={styles['totals']}>
      <Figure name="Received" value={count(totals.received)} note="spans" />
      <Figure name="Stored" value={count(totals.stored)} note={share(totals.stored)} />
      <Figure name="Refused" value={count(totals.refused)} note={share(totals.refused)} {...(totals.refused > 0 ? { tone: 'error' as const } : {})} />
      <Figure name="Dropped" value={count(totals.dropped)} note={totals.dropped === 0 ? share(0) : `${share(totals.dropped)}, had arrived before`} />
    </div>
  );
}

function Bars({ sums }: { readonly sums: Sums }): ReactNode {
  const layers: readonly Layer[] = [
    { label: 'Stored', values: sums.stored, token: '--chart-1', pattern: 'full' },
    { label: 'Dropped', values: sums.dropped, token: '--chart-2', pattern: 'dots' },
    { label: 'Refused', values: sums.refused, token: '--chart-3', pattern: 'slant' },
  ];
  if (sums.totals.received === 0) return <p className={styles['quiet']}>Nothing arrived in this time. A wider range shows more.</p>;
  return <StackedBars label="Spans received over time, by what became of them" instants={sums.instants} layers={layers} format={count} />;
}

function BucketTable({ sums }: { readonly sums: Sums }): ReactNode {
  const rows = sums.instants.flatMap((at_ms, at) => {
    const cells = [sums.received, sums.stored, sums.refused, sums.dropped].map((values) => values[at] ?? 0);
    return cells.every((value) => value === 0) ? [] : [{ id: String(at_ms), cells: [clockText(at_ms), ...cells.map(count)] }];
  });
  if (rows.length === 0) return <p className={styles['quiet']}>Nothing arrived in this time. A wider range shows more.</p>;
  return (
    <div className={styles['scroll']}>
      <PlainTable label="Spans received over time" columns={['Beginning at', 'Received', 'Stored', 'Refused', 'Dropped']} rows={rows.toReversed()} />
    </div>
  );
}

function clockText(unix_ms: number): string {
  return new Date(unix_ms).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' });
}

export function ArrivedSkeleton(): ReactNode {
  return (
    <Panel title="What arrived">
      <div className={styles['totals']}>
        <Skeleton width="100%" height="64px" />
      </div>
      <Skeleton height="232px" />
    </Panel>
  );
}
