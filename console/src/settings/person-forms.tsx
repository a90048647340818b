/** Dialogs about a person: adding one, other roles and groups, a new password. Some end in a password that somebody has to be told. */
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import type { Account } from '#api/people.ts';
import { ROLE_CHOICES, type Role } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Checks } from '#ui/checks.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { passwordWords } from '#ui/password-words.ts';
import { useSending } from '#ui/use-sending.ts';
import styles from './settings.module.css';

export function AddPerson({ isOpen, onClose, onDone }: { readonly isOpen: boolean; readonly onClose: () => void; readonly onDone: () => Promise<void> }): ReactNode {
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>(['viewer']);
  const [groups, setGroups] = useState('');
  const [password, setPassword] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const send = useSending(async () => {
    await post('/api/v1/accounts', { name, roles, groups: groupsIn(groups), password });
    setTold(password);
    await onDone();
  });
  const close = (): void => {
    for (const reset of [setName, setPassword, setGroups]) reset('');
    setRoles(['viewer']);
    setTold(null);
    send.forget();
    onClose();
  };
  const taken = send.code === 'name_taken' || send.code === 'name_invalid';
  return (
    <Dialog title={told === null ? 'Add a person' : `${name} can sign in`} isOpen={isOpen} onClose={close}>
      {told !== null ? (
        <Told name={name} password={told} onClose={close} />
      ) : (
        <form className={styles['part']} onSubmit={send.submit}>
          <Field label="Name" autoComplete="off" isRequired autoFocus value={name} onChange={send.typed(setName)} error={taken ? send.words : undefined} />
          <Checks label="Roles" options={ROLE_CHOICES} values={roles} onChange={setRoles} />
          <GroupsField value={groups} onChange={send.typed(setGroups)} error={send.code === 'group_invalid' ? send.words : undefined} />
          <NewPassword label="Password" value={password} onChange={send.typed(setPassword)} error={send.code === 'password_weak' ? send.words : undefined} />
          {send.error === null || taken || send.code === 'password_weak' || send.code === 'group_invalid' ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={close}>Cancel</Button>
            <Button type="submit" look="primary" isPending={send.busy} isDisabled={name === '' || roles.length === 0 || !passwordWords(password).good}>
              Add person
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

export function ChangeRoles({ account, isOwn, onClose, onDone }: { readonly account: Account; readonly isOwn: boolean; readonly onClose: () => void; readonly onDone: () => Promise<void> }): ReactNode {
  const [roles, setRoles] = useState<readonly Role[]>(account.roles);
  const [groups, setGroups] = useState(account.groups.join(', '));
  const send = useSending(async () => {
    await post(`/api/v1/accounts/${account.id}`, { roles, groups: groupsIn(groups) });
    await onDone();
    onClose();
  });
  return (
    <Dialog title={`Roles and groups of ${account.name}`} isOpen onClose={onClose}>
      <form className={styles['part']} onSubmit={send.submit}>
        <Checks label="Roles" options={ROLE_CHOICES} values={roles} onChange={setRoles} error={roles.length === 0 ? 'At least one.' : undefined} />
        <GroupsField value={groups} onChange={send.typed(setGroups)} error={send.code === 'group_invalid' ? send.words : undefined} />
        <p className={styles['quiet']}>{isOwn ? 'You are signed out everywhere and sign in again.' : `Open sessions of ${account.name} end; tokens that act for ${account.name} may do from now on what these roles may.`}</p>
        {send.error === null || send.code === 'group_invalid' ? null : <ErrorNote error={send.error} />}
        <div className={styles['end']}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="danger" isPending={send.busy} isDisabled={roles.length === 0}>
            Change roles and groups
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function GroupsField({ value, onChange, error }: { readonly value: string; readonly onChange: (text: string) => void; readonly error: string | undefined }): ReactNode {
  return <Field label="Groups" autoComplete="off" placeholder="payments, on-call" value={value} onChange={onChange} {...(error === undefined ? { note: 'Names that access policies speak of, with commas between them.' } : { error })} />;
}

function groupsIn(text: string): readonly string[] {
  return text.split(',').map((one) => one.trim()).filter((one) => one !== '');
}

export function ResetPassword({ account, isOwn, onClose }: { readonly account: Account; readonly isOwn: boolean; readonly onClose: () => void }): ReactNode {
  const [password, setPassword] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const send = useSending(async () => {
    await post(`/api/v1/accounts/${account.id}`, { password });
    setTold(password);
  });
  return (
    <Dialog title={`New password for ${account.name}`} isOpen onClose={onClose}>
      {told !== null ? (
        <Told name={account.name} password={told} onClose={onClose} />
      ) : (
        <form className={styles['part']} onSubmit={send.submit}>
          <p>{isOwn ? 'You are signed out everywhere and sign in again with the new one.' : `${account.name} is signed out everywhere; the old password ends now.`}</p>
          <NewPassword label="New password" value={password} onChange={send.typed(setPassword)} error={send.code === 'password_weak' ? send.words : undefined} />
          {send.error === null || send.code === 'password_weak' ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="danger" isPending={send.busy} isDisabled={!passwordWords(password).good}>
              Set new password
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Told({ name, password, onClose }: { readonly name: string; readonly password: string; readonly onClose: () => void }): ReactNode {
  return (
    <>
      <p>Tell {name} this password in a way that nobody else reads, and ask for it to be changed under Settings. It is shown only now.</p>
      <Snippet label="password" text={password} />
      <div className={styles['end']}>
        <Button look="primary" autoFocus onPress={onClose}>
          Done
        </Button>
      </div>
    </>
  );
}
