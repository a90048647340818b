/** Whether traces are taken, and what to do when not; how much comes in. */
import type { ReactNode } from 'react';
import type { Health } from '#api/health.ts';
import { bytes, count, rate } from '#time/format.ts';
import { Figure, Panel } from '#ui/panel.tsx';
import { State } from '#ui/state.tsx';
import styles from './health.module.css';

export function Readiness({ health: { ready, spans, memory } }: { readonly health: Health }): ReactNode {
  return (
    <Panel>
      <div className={styles['readiness']}>
        <div role="status" className={styles['verdict']}>
          {ready.ok ? <State state="verified">Ready</State> : <State state="error">Not ready</State>}
          <div>
            <strong>{ready.ok ? 'Traces are taken and answered.' : ready.message}</strong>
            {ready.ok ? null : (
              <p>
                {ready.advice} <code>{ready.code}</code>
              </p>
            )}
          </div>
        </div>
        <div className={styles['now']}>
          <Figure name="Spans received" value={rate(spans.perSecond)} note="last half minute" />
          <Figure name="Spans stored" value={count(spans.total)} note="since the store began" />
          <Figure name="Memory" value={bytes(memory.rss)} note="of the process" />
        </div>
      </div>
    </Panel>
  );
}
