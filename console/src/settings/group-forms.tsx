/** Dialogs about groups: who is in one, and which ones a person is in. Both end the sessions of whoever they change. */
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import type { Account } from '#api/people.ts';
import { rolesText } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Checks } from '#ui/checks.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { useSending } from '#ui/use-sending.ts';
import styles from './settings.module.css';

interface GroupMembersProps {
  /** '' for a new one. */
  readonly group: string;
  readonly people: readonly Account[];
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}

export function GroupMembers({ group, people, onClose, onDone }: GroupMembersProps): ReactNode {
  const [name, setName] = useState(group);
  const [members, setMembers] = useState<readonly string[]>(people.filter(({ groups }) => groups.includes(group)).map(({ id }) => id));
  const send = useSending(async () => {
    for (const person of people) {
      const isIn = person.groups.includes(name);
      if (isIn === members.includes(person.id)) continue;
      await post(`/api/v1/accounts/${person.id}`, { groups: isIn ? person.groups.filter((one) => one !== name) : [...person.groups, name] });
    }
    await onDone();
    onClose();
  });
  const changed = people.filter((person) => person.groups.includes(name) !== members.includes(person.id)).length;
  return (
    <Dialog title={group === '' ? 'Make a group' : `Who is in ${group}?`} isOpen onClose={onClose}>
      <form className={styles['part']} onSubmit={send.submit}>
        {group === '' ? <Field label="Name" autoComplete="off" isRequired autoFocus value={name} onChange={send.typed(setName)} error={send.code === 'group_invalid' ? send.words : undefined} /> : null}
        <Checks label="People" options={people.map(({ id, name: who, roles }) => ({ id, label: who, note: rolesText(roles).toLowerCase() }))} values={members} onChange={setMembers} />
        <p className={styles['quiet']}>Whoever comes in or leaves is signed out everywhere and signs in again. A group without people is gone.</p>
        {send.error === null || send.code === 'group_invalid' ? null : <ErrorNote error={send.error} />}
        <div className={styles['end']}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isPending={send.busy} isDisabled={name.trim() === '' || changed === 0}>
            {group === '' ? 'Make group' : 'Change group'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
