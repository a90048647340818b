/** What the engine holds; of use when somebody who knows it looks. */
import type { ReactNode } from 'react';
import type { Health } from '#api/health.ts';
import { bytes, count } from '#time/format.ts';
import { Figure, Panel } from '#ui/panel.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './health.module.css';

export function Internals({ health: { engine, listens, startedAt } }: { readonly health: Health }): ReactNode {
  return (
    <Panel title="Engine">
      <div className={styles['now']}>
        <Figure name="Parts" value={count(engine.parts)} note="merged in the background" />
        <Figure name="Rows" value={count(engine.rows)} note="of all tables" />
        <Figure name="Size" value={bytes(engine.bytes)} note="compressed, encrypted" />
      </div>
      <dl className={styles['facts']}>
        <dt>Started</dt>
        <dd>
          <TimeText unix_ms={Date.parse(startedAt)} />
        </dd>
        {listens === null ? null : (
          <>
            <dt>Takes OTLP at</dt>
            <dd>
              <code>
                {listens.otlpHttp.host}:{listens.otlpHttp.port}
              </code>{' '}
              (HTTP),{' '}
              <code>
                {listens.otlpGrpc.host}:{listens.otlpGrpc.port}
              </code>{' '}
              (gRPC)
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}
