/** Name and password. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { beginSession } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { DataHint } from './links.tsx';
import styles from './page.module.css';

export interface SignInFormProps {
  readonly onDone: () => void;
  /** Somebody came with the link for the first account, and there is one already. */
  readonly late: boolean;
}

export function SignInForm({ onDone, late }: SignInFormProps): ReactNode {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [wait_s, setWait] = useState(0);
  useEffect(() => {
    if (wait_s <= 0) return undefined;
    const timer = setTimeout(() => setWait(wait_s - 1), 1_000);
    return () => clearTimeout(timer);
  }, [wait_s]);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || wait_s > 0) return;
    setBusy(true);
    setError(null);
    try {
      await beginSession(client, '/api/v1/session', { name, password });
      onDone();
    } catch (caught) {
      const failure = caught instanceof Error ? caught : new Error('unknown');
      setError(failure);
      if (failure instanceof ApiError && failure.retryAfter_s !== null) setWait(Math.min(60, failure.retryAfter_s));
    } finally {
      setBusy(false);
    }
  };
  const over = error instanceof ApiError && error.code === 'too_many_attempts' && wait_s === 0;

  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)}>
      <h1>Sign in</h1>
      {late ? <p className={styles['quiet']}>The first account exists already, so the link has done its work. Sign in with your own name.</p> : null}
      <Field label="Name" name="username" autoComplete="username" isRequired autoFocus value={name} onChange={setName} />
      <Field label="Password" name="password" type="password" autoComplete="current-password" isRequired value={password} onChange={setPassword} />
      {error === null || over ? null : <ErrorNote error={error} />}
      <Button type="submit" look="primary" isPending={busy} isDisabled={wait_s > 0}>
        {wait_s > 0 ? `Sign in, in ${wait_s} s` : 'Sign in'}
      </Button>
      <details className={styles['more']}>
        <summary>No account, or a forgotten password?</summary>
        <p>An administrator makes accounts under Settings. Whoever runs the server can set a new password, or print a link that signs you in once:</p>
        <Snippet label="command for a new password" text="npm run -s tracekeep -- user password NAME" />
        <Snippet label="command for a link" text="npm run -s tracekeep -- user link NAME" />
        <DataHint />
      </details>
    </form>
  );
}
