/** Settings, groups: who is in which. A group is there as long as somebody is in it; access policies speak of it by its name. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { accountsQuery, type Account } from '#api/people.ts';
import { useMay, useSession } from '#api/session.ts';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Chips } from '#ui/chips.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { PlainTable } from '#ui/table.tsx';
import { NotForYou, SettingsFrame } from './frame.tsx';
import { GroupMembers } from './group-forms.tsx';

export function GroupsPage(): ReactNode {
  const session = useSession();
  const sees = useMay('account.list');
  if (session === null) return null;
  return <SettingsFrame session={session}>{sees ? <Groups /> : <NotForYou what="Groups" />}</SettingsFrame>;
}

function Groups(): ReactNode {
  const accounts = useQuery(accountsQuery);
  const changes = useMay('account.change');
  /** Null: none is being changed; '': a new one. */
  const [changing, setChanging] = useState<string | null>(null);
  const people = accounts.data ?? [];
  const groups = [...membersOf(people)].sort(([a], [b]) => a.localeCompare(b));
  return (
    <Panel
      title="Groups"
      note="access policies speak of them by their names"
      flush
      actions={
        changes ? (
          <Button size="small" isDisabled={people.length === 0} onPress={() => setChanging('')}>
            Make a group
          </Button>
        ) : null
      }
    >
      {accounts.isPending ? (
        <SkeletonRows rows={3} height="40px" label="Loading groups" />
      ) : accounts.isError ? (
        <ErrorNote error={accounts.error} retry={() => void accounts.refetch()} />
      ) : groups.length === 0 ? (
        <Empty title="Nobody is in a group yet">
          <p>A group is a name, such as a team. A policy under Access can then let its people see the spans of their services, and keep others out.</p>
          {changes ? (
            <div>
              <Button look="primary" onPress={() => setChanging('')}>
                Make a group
              </Button>
            </div>
          ) : null}
        </Empty>
      ) : (
        <PlainTable
          label="Groups"
          columns={['Group', 'People', 'Who', '']}
          rows={groups.map(([group, members]) => ({
            id: group,
            cells: [
              group,
              plural(members.length, 'person', 'people'),
              <Chips key="who" names={members.map(({ name }) => name)} />,
              changes ? (
                <Button key="change" size="small" aria-label={`Change ${group}`} onPress={() => setChanging(group)}>
                  Change
                </Button>
              ) : null,
            ],
          }))}
        />
      )}
      {changing === null ? null : <GroupMembers group={changing} people={people} onClose={() => setChanging(null)} onDone={async () => void (await accounts.refetch())} />}
    </Panel>
  );
}

function membersOf(people: readonly Account[]): ReadonlyMap<string, readonly Account[]> {
  const members = new Map<string, Account[]>();
  for (const person of people) for (const group of person.groups) members.set(group, [...(members.get(group) ?? []), person]);
  return members;
}
