/** Dialogs that end in a password somebody has to be told: adding a person, setting a new password. */
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import type { Account } from '#api/people.ts';
import type { Role } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { passwordWords } from '#ui/password-words.ts';
import styles from './settings.module.css';
import { useSending } from './use-sending.ts';

const ROLES = [
  { id: 'viewer', label: 'Viewer: reads traces' },
  { id: 'admin', label: 'Administrator: may do everything' },
] as const;

export function AddPerson({ isOpen, onClose, onDone }: { readonly isOpen: boolean; readonly onClose: () => void; readonly onDone: () => Promise<void> }): ReactNode {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [password, setPassword] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const send = useSending(async () => {
    await post('/api/v1/accounts', { name, roles: [role], password });
    setTold(password);
    await onDone();
  });
  const close = (): void => {
    for (const reset of [setName, setPassword]) reset('');
    setRole('viewer');
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
          <Choice label="Role" options={ROLES} value={role} onChange={setRole} />
          <NewPassword label="Password" value={password} onChange={send.typed(setPassword)} error={send.code === 'password_weak' ? send.words : undefined} />
          {send.error === null || taken || send.code === 'password_weak' ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={close}>Cancel</Button>
            <Button type="submit" look="primary" isPending={send.busy} isDisabled={name === '' || !passwordWords(password).good}>
              Add {role === 'admin' ? 'administrator' : 'viewer'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
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
