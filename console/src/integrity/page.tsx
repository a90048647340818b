/** Integrity: the tamper-evident log that everything stored is committed to, who watches it, what verification found, and how anybody checks it. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { logQuery } from '#api/log.ts';
import { useFollowed } from '#seal/use-followed.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { Auditors } from './auditors.tsx';
import { Checkpoint } from './checkpoint.tsx';
import { Entries } from './entries.tsx';
import { Growth } from './growth.tsx';
import styles from './integrity.module.css';
import { ThisBrowser } from './this-browser.tsx';
import { ThisServer } from './this-server.tsx';
import { Witnesses } from './witnesses.tsx';

const EVERY_MS = 5_000;

export function IntegrityPage(): ReactNode {
  const { data: log, error, refetch } = useQuery({ ...logQuery, refetchInterval: EVERY_MS });
  const followed = useFollowed(log === undefined && error === null ? undefined : (log?.published?.size ?? null));
  return (
    <Page>
      <PageHeader title="Integrity">Everything that is stored is committed to a signed log that only grows. Whoever changes something afterwards, in the database or in the log, is found out.</PageHeader>
      {error !== null && log === undefined ? <ErrorNote error={error} retry={() => void refetch()} /> : null}
      <div className={styles['pair']}>
        <ThisBrowser followed={followed} />
        <ThisServer />
      </div>
      {log === undefined ? (
        error === null ? (
          <Panel title="Log">
            <SkeletonRows rows={4} height="40px" label="The log is being asked" />
          </Panel>
        ) : null
      ) : (
        <>
          <Checkpoint log={log} />
          <Growth log={log} />
          <Witnesses log={log} />
          <Entries size={log.published?.size ?? log.size} />
          <Auditors log={log} />
        </>
      )}
    </Page>
  );
}
