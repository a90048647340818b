/** The disk: what is taken, what may be taken, and what is left. */
import type { ReactNode } from 'react';
import type { Health } from '#api/health.ts';
import { bytes } from '#time/format.ts';
import { Meter } from '#ui/meter.tsx';
import { Figure, Panel } from '#ui/panel.tsx';
import styles from './health.module.css';

export function Disk({ disk: { used, max, free, freeMin } }: { readonly disk: Health['disk'] }): ReactNode {
  return (
    <Panel title="Disk">
      <div className={styles['meters']}>
        {max === null ? (
          <Figure name="Taken by Tracekeep" value={bytes(used)} note="No limit is set: only age ends what is kept (--disk-max sets one)." />
        ) : (
          <Meter label="Taken by Tracekeep" value={used} max={max} format={bytes} high={0.98} note="At the limit the oldest day goes first." />
        )}
        <Figure name="Free on its disk" value={bytes(free)} note={`Below ${bytes(freeMin)} ingest stops by itself, and goes on when there is room.`} {...(free < freeMin * 2 ? { tone: 'error' as const } : {})} />
      </div>
    </Panel>
  );
}
