/** People who may sign in, for administrators: made, given another role or password, removed. Each act says first what it will do. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { post, remove } from '#api/client.ts';
import { accountsQuery, type Account } from '#api/people.ts';
import { rolesText, type Role } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Menu } from '#ui/menu.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';
import { AddPerson, ResetPassword } from './person-forms.tsx';

type Act = { readonly kind: 'role' | 'remove' | 'password'; readonly account: Account };

export function People({ own }: { readonly own: string }): ReactNode {
  const accounts = useQuery(accountsQuery);
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [act, setAct] = useState<Act | null>(null);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: accountsQuery.queryKey });
  const close = (): void => setAct(null);

  return (
    <Panel
      title="People"
      flush
      actions={
        <Button size="small" onPress={() => setAdding(true)}>
          <UserPlus aria-hidden />
          Add a person
        </Button>
      }
    >
      {accounts.isPending ? (
        <SkeletonRows rows={3} height="40px" label="Loading people" />
      ) : accounts.isError ? (
        <ErrorNote error={accounts.error} retry={() => void accounts.refetch()} />
      ) : (
        <PlainTable
          label="People"
          columns={['Name', 'Roles', 'Since', '']}
          rows={accounts.data.map((account) => ({
            id: account.id,
            cells: [
              account.id === own ? `${account.name} (you)` : account.name,
              rolesText(account.roles),
              <DayText key="since" unix_ms={Date.parse(account.createdAt)} />,
              <Menu
                key="acts"
                label={`What to do with ${account.name}`}
                trigger={
                  <Button size="small" aria-label={`Change ${account.name}`}>
                    Change
                  </Button>
                }
                entries={[
                  { id: 'role', label: account.roles.includes('admin') ? 'Make a viewer' : 'Make an administrator', act: () => setAct({ kind: 'role', account }) },
                  { id: 'password', label: 'Set a new password', act: () => setAct({ kind: 'password', account }) },
                  { id: 'remove', label: 'Remove', danger: true, act: () => setAct({ kind: 'remove', account }) },
                ]}
              />,
            ],
          }))}
        />
      )}
      <AddPerson isOpen={adding} onClose={() => setAdding(false)} onDone={refresh} />
      {act?.kind === 'password' ? <ResetPassword account={act.account} isOwn={act.account.id === own} onClose={close} /> : null}
      {act?.kind === 'role' ? <ChangeRole account={act.account} isOwn={act.account.id === own} onClose={close} onDone={refresh} /> : null}
      {act?.kind === 'remove' ? (
        <Confirm
          title={`Remove ${act.account.name}?`}
          isOpen
          onClose={close}
          effect={<p>{act.account.id === own ? 'You' : act.account.name} can sign in no more, and every open session ends with its next request. Traces are not affected. The name may be given again.</p>}
          verb={`Remove ${act.account.name}`}
          act={async () => {
            await remove(`/api/v1/accounts/${act.account.id}`);
            await refresh();
          }}
        />
      ) : null}
    </Panel>
  );
}

interface ChangeProps {
  readonly account: Account;
  readonly isOwn: boolean;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}

function ChangeRole({ account, isOwn, onClose, onDone }: ChangeProps): ReactNode {
  const role: Role = account.roles.includes('admin') ? 'viewer' : 'admin';
  return (
    <Confirm
      title={`Make ${account.name} ${role === 'admin' ? 'an administrator' : 'a viewer'}?`}
      isOpen
      onClose={onClose}
      effect={
        <>
          <p>{role === 'admin' ? `${account.name} will see the server’s own metrics, and make and remove people, ingest keys and tokens.` : `${account.name} will read traces, and change nothing but the own password.`}</p>
          <p>{isOwn ? 'You are signed out everywhere and sign in again.' : 'Open sessions of this person end; they sign in again.'}</p>
        </>
      }
      verb={role === 'admin' ? 'Make an administrator' : 'Make a viewer'}
      act={async () => {
        await post(`/api/v1/accounts/${account.id}`, { roles: [role] });
        await onDone();
      }}
    />
  );
}
