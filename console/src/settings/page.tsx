/** The page Settings: one's own account for everybody; people and API tokens for administrators. */
import type { ReactNode } from 'react';
import { useMay, useSession } from '#api/session.ts';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { OwnAccount } from './own-account.tsx';
import { People } from './people.tsx';
import { Tokens } from './tokens.tsx';

export function SettingsPage(): ReactNode {
  const session = useSession();
  const [people, tokens] = [useMay('account.list'), useMay('token.list')];
  if (session === null) return null;
  return (
    <Page>
      <PageHeader title="Settings">
        {session.account.name}, {session.account.role === 'admin' ? 'administrator' : 'viewer'}
        {session.tenant === 'default' ? '' : ` of tenant ${session.tenant}`}
      </PageHeader>
      <OwnAccount session={session} />
      {people ? <People own={session.account.id} /> : null}
      {tokens ? <Tokens /> : null}
      {people || tokens ? null : (
        <Panel title="People and API tokens">
          <p>Administrators make accounts, and tokens for Grafana, Jaeger UI and programs. As a viewer you read traces; ask one of them if you need more.</p>
        </Panel>
      )}
    </Page>
  );
}
