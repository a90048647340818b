/** What is on its way and not at rest yet, each beside its bound: there is no queue without one. */
import type { ReactNode } from 'react';
import type { Health } from '#api/health.ts';
import { bytes, count } from '#time/format.ts';
import { Meter } from '#ui/meter.tsx';
import { Panel } from '#ui/panel.tsx';
import styles from './health.module.css';

export function Waiting({ queue }: { readonly queue: Health['queue'] }): ReactNode {
  return (
    <Panel title="On its way">
      <div className={styles['meters']}>
        <Meter label="Requests" value={queue.requestsInFlight} max={queue.requestsMax} format={count} note="Being read or processed." />
        <Meter label="Bytes of requests" value={queue.bytesInFlight} max={queue.bytesMax} format={bytes} note="Held in memory until they are durable." />
        <Meter label="Rows for the store" value={queue.pendingRows} max={queue.pendingRowsMax} format={count} note="Acknowledged and in the journal; at the bound exporters are asked to send again later." />
      </div>
    </Panel>
  );
}
