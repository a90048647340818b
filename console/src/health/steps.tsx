/** How long the steps of a request take, and how long what is stored stays. */
import type { ReactNode } from 'react';
import type { Health, Times } from '#api/health.ts';
import { ago, bytes, count, duration } from '#time/format.ts';
import { Panel } from '#ui/panel.tsx';
import { PlainTable } from '#ui/table.tsx';
import styles from './health.module.css';

export function Steps({ health }: { readonly health: Health }): ReactNode {
  const now_ms = Date.parse(health.now);
  const row = (id: string, name: string, about: string, times: Times) => ({
    id,
    cells: [
      <span key="name" className={styles['step']}>
        <strong>{name}</strong>
        <small>{about}</small>
      </span>,
      ...[times.p50_ms, times.p95_ms, times.p99_ms].map((ms) => (ms === null ? '–' : duration(ms * 1e6))),
      times.lastAt === null ? 'not yet' : ago(Date.parse(times.lastAt), now_ms),
    ],
  });
  return (
    <>
      <Panel title="How long it takes" note="last five minutes" flush>
        <PlainTable
          label="How long it takes"
          columns={['Step', 'Half within', '95 % within', '99 % within', 'Last']}
          rows={[row('commit', 'Commit', 'until a request is durable and acknowledged', health.commit), row('flush', 'Flush', 'from the journal into the store', health.flush)]}
        />
      </Panel>
      <Panel title="How long traces stay" note="whole days go, oldest first" flush>
        <PlainTable
          label="How long traces stay"
          columns={['Class', 'Kept for', 'Oldest day', 'Spans', 'Size']}
          rows={health.retention.map((one) => ({ id: one.class, cells: [one.class, days(one.age_ms), one.oldestDay ?? 'nothing yet', count(one.rows), bytes(one.bytes)] }))}
        />
      </Panel>
    </>
  );
}

function days(ms: number): string {
  const whole = Math.round(ms / 86_400_000);
  return whole === 1 ? '1 day' : `${count(whole)} days`;
}
