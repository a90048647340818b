/** The page Settings: one's own account for everybody; people and API tokens for administrators. */
import type { ReactNode } from 'react';
import { rolesText } from '#api/roles.ts';
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
        {session.account.name}, {rolesText(session.account.roles).toLowerCase()}
        {session.tenant === 'default' ? '' : ` of tenant ${session.tenant}`}
      </PageHeader>
      <OwnAccount session={session} />
      {people ? <People own={session.account.id} /> : null}
      {tokens ? <Tokens /> : null}
      {people || tokens ? null : (
        <Panel title="People and API tokens">
          <p>Administrators make accounts, and tokens for Grafana, Jaeger UI and programs. Ask one of them if you need more than you see.</p>
        </Panel>
      )}
    </Page>
  );
}
