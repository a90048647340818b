/** Editing the policy: the text with completion and problems in place, its dry run, and applying it. Who may not change it reads it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { policyQuery, useMayChangePolicy } from '#api/policy.ts';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import styles from './policy.module.css';
import { Workbench } from './workbench.tsx';

export function PolicyEditPage(): ReactNode {
  const { data: policy, error, refetch } = useQuery(policyQuery);
  const may = useMayChangePolicy();
  return (
    <Page>
      <PageHeader title={may ? 'Edit the policy' : 'Text of the policy'} actions={<Link to="/policy" className={styles['link'] ?? ''}>To the policy</Link>}>
        {may ? 'Write, see what it would do to the last hour, then apply. Until then nothing changes.' : 'Administrators change the policy.'}
      </PageHeader>
      {policy !== undefined ? (
        may ? (
          <Workbench policy={policy} />
        ) : (
          <Panel title={`Version ${policy.version}`}>
            <Snippet text={policy.text} label="text of the policy" />
          </Panel>
        )
      ) : error !== null ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={1} height="calc(clamp(260px, 46vh, 640px) + 112px)" label="The policy is being asked for" />
      )}
    </Page>
  );
}
