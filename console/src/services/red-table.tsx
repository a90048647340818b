/**
 * Services or operations with their figures, a line each; a click on the head of a column sorts. On narrow windows a row becomes a card. The bars behind
 * percentiles share one scale, so that the slow ones stand out before a number is read.
 */
import { Link } from '@tanstack/react-router';
import { ArrowDown } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RedGroup } from '#api/figures.ts';
import { Sparkline } from '#charts/sparkline.tsx';
import { count, duration, percent, rateIn, type RateUnit } from '#time/format.ts';
import { State } from '#ui/state.tsx';
import { ChangeMark } from './change-mark.tsx';
import { durationChange, errorShare, rateChange, ratesOf, shareChange, sharesOf, type Sort, sorted, type Timeline } from './figures.ts';
import styles from './red-table.module.css';

export interface RedTableProps {
  readonly label: string;
  /** What a row is. */
  readonly heading: string;
  readonly groups: readonly RedGroup[];
  readonly timeline: Timeline;
  /** Of all rates of the page. */
  readonly unit: RateUnit;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly name: (group: RedGroup) => ReactNode;
  /** Query string of the search for the failed spans of a row. */
  readonly errorsSearch: (group: RedGroup) => Record<string, string>;
  /** Query string of the search for spans at least as slow as a percentile. */
  readonly slowSearch: (group: RedGroup, durationMin: number) => Record<string, string>;
}

const PERCENTILES = ['p50', 'p95', 'p99'] as const;

export function RedTable(props: RedTableProps): ReactNode {
  const { label, heading, groups, sort, onSort } = props;
  const slowest = Math.max(1, ...groups.map(({ p99 }) => p99 ?? 0));
  const head = (of: Sort, text: string, numeric = true): ReactNode => (
    <th key={of} scope="col" aria-sort={sort === of ? (of === 'name' ? 'ascending' : 'descending') : 'none'} data-numeric={numeric || undefined}>
      <button type="button" className={styles['sort']} onClick={() => onSort(of)}>
        {text}
        <ArrowDown aria-hidden size={11} data-on={sort === of || undefined} />
      </button>
    </th>
  );
  return (
    <table aria-label={label} className={styles['table']}>
      <thead>
        <tr>
          {head('name', heading, false)}
          {head('count', 'Rate')}
          {head('errors', 'Errors')}
          {PERCENTILES.map((of) => head(of, of))}
        </tr>
      </thead>
      <tbody>
        {sorted(groups, sort).map((group) => (
          <Row key={`${group.service} ${group.operation ?? ''} ${group.kind ?? ''} ${group.rest}`} {...props} group={group} slowest={slowest} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ group, timeline, unit, slowest, name, errorsSearch, slowSearch }: RedTableProps & { readonly group: RedGroup; readonly slowest: number }): ReactNode {
  const { count: spans, errors, previous, series } = group;
  const perSecond = spans / timeline.lasted_all_s;
  const share = errorShare(group);
  return (
    <tr>
      <th scope="row" className={styles['name']}>
        {name(group)}
      </th>
      <td data-column="Rate" title={`${count(spans)} spans`}>
        <span className={styles['figure']}>
          <Sparkline values={ratesOf(series.count, timeline)} token="--chart-1" filled />
          <b>{rateIn(perSecond, unit)}</b>
          <ChangeMark changedOnly change={rateChange(perSecond, previous === null ? null : previous.count / timeline.before_s)} />
        </span>
      </td>
      <td data-column="Errors" title={`${count(errors)} of ${count(spans)} spans`}>
        <span className={styles['figure']}>
          <Sparkline values={sharesOf(series.errors, series.count)} token={errors === 0 ? '--chart-grid' : '--chart-3'} width={64} max={Math.max(0.05, ...sharesOf(series.errors, series.count).map((one) => one ?? 0))} />
          {errors === 0 ? (
            <b className={styles['none']}>{percent(0)}</b>
          ) : (
            <Link to="/search" search={errorsSearch(group)} className={styles['errors'] ?? ''}>
              {share >= 0.01 ? <State state="error">{percent(share)}</State> : <b>{percent(share)}</b>}
            </Link>
          )}
          <ChangeMark changedOnly change={shareChange(share, previous === null ? null : errorShare(previous))} />
        </span>
      </td>
      {PERCENTILES.map((of) => (
        <td key={of} data-column={of}>
          <span className={styles['duration']}>
            <span className={styles['time']}>
              <i aria-hidden className={styles['bar']} style={{ inlineSize: `${Math.max(1, ((group[of] ?? 0) / slowest) * 100)}%` }} />
              {group[of] === null ? (
                '–'
              ) : (
                <Link to="/search" search={slowSearch(group, group[of])} title={`Spans of at least ${duration(group[of])}`}>
                  {duration(group[of])}
                </Link>
              )}
              <ChangeMark changedOnly change={durationChange(group[of], previous?.[of] ?? null)} />
            </span>
          </span>
        </td>
      ))}
    </tr>
  );
}
