/** Rate, errors and durations over time. A point leads to the traces of its minutes, a brushed range becomes the range of the page. */
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useMemo } from 'react';
import type { RedGroup } from '#api/figures.ts';
import { type Line, TimeChart } from '#charts/time-chart.tsx';
import { duration, percent, rateIn, type RateUnit } from '#time/format.ts';
import { type PageRange, useSetRange } from '#time/use-range.ts';
import { Panel } from '#ui/panel.tsx';
import { ratesOf, searchFor, sharesOf, type SpansOf, type Timeline } from './figures.ts';
import styles from './service-page.module.css';

export interface RedChartsProps {
  readonly group: RedGroup;
  readonly timeline: Timeline;
  readonly unit: RateUnit;
  readonly spansOf: SpansOf;
  readonly range: PageRange;
}

const HEIGHT = 170;

export function RedCharts({ group, timeline, unit, spansOf, range }: RedChartsProps): ReactNode {
  const navigate = useNavigate();
  const setRange = useSetRange();
  const { series } = group;
  const lines = useMemo((): Readonly<Record<'rate' | 'errors' | 'durations', readonly Line[]>> => {
    return {
      rate: [{ label: 'Rate', values: ratesOf(series.count, timeline), token: '--chart-1', filled: true }],
      errors: [{ label: 'Failed', values: sharesOf(series.errors, series.count), token: '--chart-3', filled: true }],
      durations: [
        { label: 'p50', values: series.p50, token: '--chart-1' },
        { label: 'p95', values: series.p95, token: '--chart-2', dash: [6, 3] },
        { label: 'p99', values: series.p99, token: '--chart-3', dash: [2, 3] },
      ],
    };
  }, [series, timeline]);
  const inUnit = useCallback((perSecond: number) => rateIn(perSecond, unit), [unit]);
  const pick = (more: (at: number) => Partial<SpansOf>) => (at: number): void => {
    const from_ms = timeline.instants[at];
    if (from_ms !== undefined) void navigate({ to: '/search', search: searchFor({ ...spansOf, from_ms, to_ms: from_ms + timeline.step_ms, ...more(at) }, range.range) });
  };
  const brush = (from_ms: number, to_ms: number): void => setRange({ from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() });
  const common = { instants: timeline.instants, height: HEIGHT, onBrush: brush };
  return (
    <div className={styles['charts']}>
      <Panel title="Rate" note="click a point for its traces">
        <TimeChart {...common} label="Spans a second over time" lines={lines.rate} format={inUnit} onPick={pick(() => ({}))} />
      </Panel>
      <Panel title="Errors" note="share of spans that failed">
        <TimeChart {...common} label="Share of failed spans over time" lines={lines.errors} format={percent} onPick={pick((at) => ((series.errors[at] ?? 0) > 0 ? { status: 'error' } : {}))} />
      </Panel>
      <Panel title="Duration" note="a point leads to its slowest">
        <TimeChart {...common} label="Percentiles of durations over time" lines={lines.durations} format={duration} onPick={pick((at) => ({ durationMin: series.p95[at] ?? null }))} />
      </Panel>
    </div>
  );
}
