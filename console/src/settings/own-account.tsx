/** Your account: as what and how long you are signed in, another password, signing out. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { changePassword, endSession } from '#api/people.ts';
import { roleWord } from '#api/roles.ts';
import type { SessionView } from '#api/session.ts';
import { Button } from '#ui/button.tsx';
import { Chips } from '#ui/chips.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { Panel } from '#ui/panel.tsx';
import { passwordWords } from '#ui/password-words.ts';
import { DayText } from '#ui/time-text.tsx';
import styles from './settings.module.css';

export function OwnAccount({ session }: { readonly session: SessionView }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  const signOut = async (): Promise<void> => {
    if (await endSession('/api/v1/session')) return;
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  if (session.csrf === null) {
    return (
      <Panel title="Your account">
        <p>This browser sends a token with each request, so there is no session to end and no password to change.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Your account">
      <div className={styles['halves']}>
        <section className={styles['part']}>
          <h3>This session</h3>
          <dl className={styles['facts']}>
            <dt>Name</dt>
            <dd>{session.account.name}</dd>
            <dt>Roles</dt>
            <dd>
              <Chips names={session.account.roles.map(roleWord)} none="no role" />
            </dd>
            <dt>Groups</dt>
            <dd>
              <Chips names={session.account.groups} />
            </dd>
            <dt>Signed in</dt>
            <dd>{session.signedInAt === null ? '–' : <DayText unix_ms={Date.parse(session.signedInAt)} />}</dd>
            <dt>Ends, if unused</dt>
            <dd>{session.expiresAt === null ? '–' : <DayText unix_ms={Date.parse(session.expiresAt)} />}</dd>
          </dl>
          <p className={styles['quiet']}>A session ends after a day without use, and after a week in any case.</p>
          <div className={styles['ways']}>
            <Button onPress={() => setLeaving(true)}>Sign out here</Button>
          </div>
        </section>
        {session.issuer === null ? <PasswordForm name={session.account.name} /> : <FromProvider issuer={session.issuer} />}
      </div>
      <Confirm title="Sign out here?" isOpen={leaving} onClose={() => setLeaving(false)} effect={<p>This browser has to sign in again. Your other browsers stay signed in.</p>} verb="Sign out here" act={signOut} />
    </Panel>
  );
}

/** Nothing of it is kept here, so nothing can be changed here. */
function FromProvider({ issuer }: { readonly issuer: string }): ReactNode {
  return (
    <section className={styles['part']}>
      <h3>Where this account comes from</h3>
      <p>
        You sign in at <code>{issuer}</code>, which also says in which groups you are and so what you may do here. Password and second factor are changed there.
      </p>
      <p className={styles['quiet']}>The session ends when you sign out there.</p>
    </section>
  );
}

function PasswordForm({ name }: { readonly name: string }): ReactNode {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const code = error instanceof ApiError ? error.code : '';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    setDone(false);
    try {
      await changePassword(client, current, password);
      setCurrent('');
      setPassword('');
      setDone(true);
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('unknown'));
    } finally {
      setBusy(false);
    }
  };
  /** What the server said was about what stood there before. */
  const typed = (set: (text: string) => void) => (text: string): void => {
    set(text);
    setError(null);
  };
  return (
    <form className={styles['part']} onSubmit={(event) => void submit(event)}>
      <h3>Change your password</h3>
      <input hidden readOnly type="text" name="username" autoComplete="username" value={name} />
      <Field label="Current password" name="current-password" type="password" autoComplete="current-password" isRequired value={current} onChange={typed(setCurrent)} error={code === 'sign_in_failed' ? 'This is not your current password.' : undefined} />
      <NewPassword label="New password" value={password} onChange={typed(setPassword)} error={code === 'password_weak' && error instanceof ApiError ? `${error.message} ${error.advice}` : undefined} />
      {error === null || code === 'sign_in_failed' || code === 'password_weak' ? null : <ErrorNote error={error} />}
      <div className={styles['ways']}>
        <Button type="submit" isPending={busy} isDisabled={current === '' || !passwordWords(password).good}>
          Change password
        </Button>
        <span role="status" className={styles['quiet']}>
          {done ? 'Changed. Your other sessions have ended.' : ''}
        </span>
      </div>
    </form>
  );
}
