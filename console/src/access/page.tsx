/** Who may do what: asking, the tenant's own policies as text, their history, and the default roles. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { accessQuery } from '#api/access.ts';
import { useMay } from '#api/session.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { Asking } from './asking.tsx';
import { Breaking } from './breaking.tsx';
import { DefaultRoles } from './default-roles.tsx';
import { History } from './history.tsx';
import { OwnPolicies } from './own-policies.tsx';

export function AccessPage(): ReactNode {
  const may = useMay('access.read');
  const { data: access, error, refetch } = useQuery({ ...accessQuery, enabled: may });
  /** What stands in the editor, if it is not what is in force. */
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Page>
      <PageHeader title="Access">
        {may ? 'Who may do what. Roles are readable policies; own policies add to them, by service, environment, group or person. A forbid wins, and any error denies.' : 'More than your roles allow, for some minutes. The policies themselves are for administrators, auditors and privacy officers.'}
      </PageHeader>
      {!may ? null : access === undefined ? (
        error === null ? <SkeletonRows rows={6} height="64px" label="The policies are being asked for" /> : <ErrorNote error={error} retry={() => void refetch()} />
      ) : (
        <>
          <Asking actions={access.actions} draft={draft} />
          <OwnPolicies access={access} onDraft={setDraft} />
          <History inForce={access} />
          <Panel title="Default roles" note="the same in every tenant">
            <DefaultRoles roles={access.roles} />
          </Panel>
        </>
      )}
      <Breaking />
    </Page>
  );
}
