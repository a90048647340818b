/** How the log grew in the last days. */
import { type ReactNode, useMemo } from 'react';
import type { LogStatus } from '#api/log.ts';
import { TimeChart } from '#charts/time-chart.tsx';
import { count } from '#time/format.ts';
import { Panel } from '#ui/panel.tsx';
import { sumsOf } from './entry-words.ts';
import { growthPoints } from './growth-points.ts';
import styles from './integrity.module.css';

/** Points do not move within a minute. */
const STEP_MS = 60_000;

export function Growth({ log: { growth, size } }: { readonly log: LogStatus }): ReactNode {
  const now_ms = Math.ceil(Date.now() / STEP_MS) * STEP_MS;
  const { instants, sizes } = useMemo(() => growthPoints(growth, size, now_ms), [growth, size, now_ms]);
  const lines = useMemo(() => [{ label: 'Entries', values: sizes, token: '--chart-1', filled: true }], [sizes]);
  return (
    <Panel title="Growth" note="entries in the log, over the last seven days at most">
      <TimeChart label="Entries in the log over time" instants={instants} lines={lines} format={count} height={150} />
      {growth.length === 0 ? null : <p className={styles['quiet']}>In this time: {sumsOf(growth)}.</p>}
    </Panel>
  );
}
