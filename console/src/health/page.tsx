/** Health: how the server itself is doing, plainly. The page renews itself; what has not been renewed says how old it is. */
import type { ReactNode } from 'react';
import { type Health, useHealth } from '#api/health.ts';
import { ago } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { State } from '#ui/state.tsx';
import { useNow } from '#ui/use-now.ts';
import { Disk } from './disk.tsx';
import { Encryption } from './encryption.tsx';
import styles from './health.module.css';
import { Internals } from './internals.tsx';
import { Readiness } from './readiness.tsx';
import { Steps } from './steps.tsx';
import { HealthSkeleton } from './skeleton.tsx';
import { Waiting } from './waiting.tsx';

const EVERY_MS = 5_000;
/** Two answers that did not come. */
const STALE_MS = 12_000;

export function HealthPage(): ReactNode {
  const { data, error, refetch, dataUpdatedAt } = useHealth(useRange().now_ms, EVERY_MS);
  const now_ms = useNow(1_000);
  const isStale = data !== undefined && dataUpdatedAt > 0 && now_ms - dataUpdatedAt > STALE_MS;
  return (
    <Page>
      <PageHeader title="Health" actions={isStale ? <State state="expired">Figures of {ago(dataUpdatedAt, now_ms)}</State> : null}>
        {data === undefined ? 'How this server is doing.' : `Tracekeep ${data.version}, started ${ago(Date.parse(data.startedAt), Date.parse(data.now))}. Figures renew every ${EVERY_MS / 1_000} seconds.`}
      </PageHeader>
      {error === null ? null : <ErrorNote error={error} retry={() => void refetch()} />}
      {data === undefined ? error === null ? <HealthSkeleton /> : null : <Figures health={data} isStale={isStale} />}
    </Page>
  );
}

function Figures({ health, isStale }: { readonly health: Health; readonly isStale: boolean }): ReactNode {
  return (
    <div className={styles['figures']} data-stale={isStale || undefined}>
      <Readiness health={health} />
      <div className={styles['pair']}>
        <Waiting queue={health.queue} />
        <Disk disk={health.disk} />
      </div>
      <Steps health={health} />
      <Encryption tls={health.tls} />
      <Internals health={health} />
    </div>
  );
}
