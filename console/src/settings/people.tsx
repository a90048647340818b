/** People who may sign in, for administrators: made, given roles and groups, another password, removed. Each act says first what it will do. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { accountsQuery, type Account } from '#api/people.ts';
import { roleWord } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Chips } from '#ui/chips.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Menu } from '#ui/menu.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './settings.module.css';
import { AddPerson, ChangeRoles, ResetPassword } from './person-forms.tsx';

type Act = { readonly kind: 'role' | 'remove' | 'password' | 'factor'; readonly account: Account };

/** From so many on, people are looked for rather than read. */
const MANY = 20;

function isSought({ name, roles, groups }: Account, sought: string): boolean {
  const words = sought.toLowerCase().split(/\s+/u).filter((word) => word !== '');
  const text = [name, ...roles.map(roleWord), ...groups].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

export function People({ own, changes }: { readonly own: string; readonly changes: boolean }): ReactNode {
  const accounts = useQuery(accountsQuery);
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [act, setAct] = useState<Act | null>(null);
  const [sought, setSought] = useState('');
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: accountsQuery.queryKey });
  const close = (): void => setAct(null);

  return (
    <Panel
      title="People"
      flush
      actions={
        changes ? (
          <Button size="small" onPress={() => setAdding(true)}>
            <UserPlus aria-hidden />
            Add a person
          </Button>
        ) : null
      }
    >
      {accounts.isPending ? (
        <SkeletonRows rows={3} height="40px" label="Loading people" />
      ) : accounts.isError ? (
        <ErrorNote error={accounts.error} retry={() => void accounts.refetch()} />
      ) : (
        <>
          {accounts.data.length < MANY ? null : (
            <div className={styles['seek']}>
              <Field label="Find people" type="search" placeholder="name, role or group" value={sought} onChange={setSought} />
            </div>
          )}
          {accounts.data.some((account) => isSought(account, sought)) ? null : <p className={styles['kept']}>Nobody has this in name, roles or groups.</p>}
          <PlainTable
            label="People"
            columns={['Name', 'Roles', 'Groups', 'Second factor', 'Last sign-in', '']}
            rows={accounts.data.filter((account) => isSought(account, sought)).map((account) => ({
              id: account.id,
              cells: [
                account.id === own ? `${account.name} (you)` : account.name,
                <Chips key="roles" names={account.roles.map(roleWord)} none="no role" />,
                <Chips key="groups" names={account.groups} />,
                account.issuer !== null ? `at ${hostOf(account.issuer)}` : account.secondFactor ? <State key="factor" state="verified">yes</State> : 'no',
                account.signedInAt === null ? 'never' : <DayText key="last" unix_ms={Date.parse(account.signedInAt)} />,
                changes ? (
                  <Menu
                    key="acts"
                    label={`What to do with ${account.name}`}
                    trigger={
                      <Button size="small" aria-label={`Change ${account.name}`}>
                        Change
                      </Button>
                    }
                    entries={[
                      ...(account.issuer === null
                        ? [
                            { id: 'role', label: 'Change roles and groups', act: () => setAct({ kind: 'role', account }) },
                            { id: 'password', label: 'Set a new password', act: () => setAct({ kind: 'password', account }) },
                          ]
                        : []),
                      ...(account.secondFactor ? [{ id: 'factor', label: 'End the second factor', danger: true, act: () => setAct({ kind: 'factor', account }) }] : []),
                      { id: 'remove', label: 'Remove', danger: true, act: () => setAct({ kind: 'remove', account }) },
                    ]}
                  />
                ) : null,
              ],
            }))}
          />
        </>
      )}
      {accounts.data?.some(({ issuer }) => issuer !== null) === true ? <p className={styles['kept']}>Roles and groups of people who sign in at a provider come from its groups at each sign-in, and are changed there.</p> : null}
      <AddPerson isOpen={adding} onClose={() => setAdding(false)} onDone={refresh} />
      {act?.kind === 'password' ? <ResetPassword account={act.account} isOwn={act.account.id === own} onClose={close} /> : null}
      {act?.kind === 'role' ? <ChangeRoles account={act.account} isOwn={act.account.id === own} onClose={close} onDone={refresh} /> : null}
      {act?.kind === 'factor' ? (
        <Confirm
          title={`End the second factor of ${act.account.name}?`}
          isOpen
          onClose={close}
          effect={<p>For somebody who lost the app and the recovery codes. The password alone signs in then, until a new second factor is added; every open session ends now. The log keeps that you did it.</p>}
          verb="End second factor"
          act={async () => {
            await remove(`/api/v1/accounts/${act.account.id}/second-factor`);
            await refresh();
          }}
        />
      ) : null}
      {act?.kind === 'remove' ? (
        <Confirm
          title={`Remove ${act.account.name}?`}
          isOpen
          onClose={close}
          effect={<p>{act.account.id === own ? 'You' : act.account.name} can sign in no more, and every open session and every token that acts for this account ends with its next request. Traces are not affected. {act.account.issuer === null ? 'The name may be given again.' : 'Who still has a role at the provider gets a new account with the next sign-in.'}</p>}
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

/** An issuer is an address; what people know of it is the name of its host. */
function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}
