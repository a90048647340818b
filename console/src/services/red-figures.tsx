/** The figures of a period in large, each with its change. */
import type { ReactNode } from 'react';
import type { RedGroup } from '#api/figures.ts';
import { count, duration, percent, rateIn, type RateUnit } from '#time/format.ts';
import { Figure, Panel } from '#ui/panel.tsx';
import { ChangeMark } from './change-mark.tsx';
import { durationChange, errorShare, rateChange, shareChange, type Timeline } from './figures.ts';
import styles from './service-page.module.css';

export function RedFigures({ group, timeline, unit }: { readonly group: RedGroup; readonly timeline: Timeline; readonly unit: RateUnit }): ReactNode {
  const { previous } = group;
  const perSecond = group.count / timeline.lasted_all_s;
  const share = errorShare(group);
  return (
    <Panel>
      <div className={styles['figures']}>
        <Figure name="Rate" value={rateIn(perSecond, unit)} note={<ChangeMark change={rateChange(perSecond, previous === null ? null : previous.count / timeline.before_s)} />} />
        <Figure name="Errors" value={percent(share)} note={<ChangeMark change={shareChange(share, previous === null ? null : errorShare(previous))} />} {...(share >= 0.01 ? { tone: 'error' as const } : {})} />
        {(['p50', 'p95', 'p99'] as const).map((of) => (
          <Figure key={of} name={of} value={duration(group[of])} note={<ChangeMark change={durationChange(group[of], previous?.[of] ?? null)} />} />
        ))}
        <Figure name="Spans" value={count(group.count)} note={group.errors === 0 ? 'none failed' : `${count(group.errors)} failed`} />
      </div>
    </Panel>
  );
}
