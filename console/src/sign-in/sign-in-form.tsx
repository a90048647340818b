/** Name and password, then a code where the account asks for one. A stranger is not told which of them was wrong, so the code may also come after a first failure. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { beginSession } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { CodeField } from '#ui/code-field.tsx';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { DataHint } from './links.tsx';
import styles from './page.module.css';

export interface SignInFormProps {
  /** With the password, which adding a second factor asks for again. */
  readonly onDone: (password: string) => void;
  /** Somebody came with the link for the first account, and there is one already. */
  readonly late: boolean;
}

/** `maybe`: the account may ask for a code, which a stranger is not told. */
type Asked = 'no code' | 'maybe' | 'code';

export function SignInForm({ onDone, late }: SignInFormProps): ReactNode {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState<Asked>('no code');
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
      await beginSession(client, '/api/v1/session', { name, password, ...(code.trim() === '' ? {} : { code }) });
      onDone(password);
    } catch (caught) {
      const failure = caught instanceof Error ? caught : new Error('unknown');
      const refused = failure instanceof ApiError ? failure.code : '';
      // Whoever is only asked for the code made no mistake.
      setError(refused === 'code_needed' ? null : failure);
      if (refused === 'code_needed') setAsked('code');
      if (refused === 'sign_in_failed' && asked === 'no code') setAsked('maybe');
      if (refused === 'sign_in_failed') setCode('');
      if (failure instanceof ApiError && failure.retryAfter_s !== null) setWait(Math.min(60, failure.retryAfter_s));
    } finally {
      setBusy(false);
    }
  };
  const over = error instanceof ApiError && error.code === 'too_many_attempts' && wait_s === 0;
  const back = (): void => {
    setAsked('no code');
    setCode('');
    setError(null);
  };

  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)}>
      <h1>{asked === 'code' ? 'Enter your code' : 'Sign in'}</h1>
      {late ? <p className={styles['quiet']}>The first account exists already, so the link has done its work. Sign in with your own name.</p> : null}
      {/* They stay in the form, where password managers look for them. */}
      <div hidden={asked === 'code'} className={styles['fields']}>
        <Field label="Name" name="username" autoComplete="username" isRequired autoFocus value={name} onChange={setName} />
        <Field label="Password" name="password" type="password" autoComplete="current-password" isRequired value={password} onChange={setPassword} />
      </div>
      {asked === 'no code' ? null : <CodeField autoFocus={asked === 'code'} label={asked === 'code' ? `Code for ${name}` : 'Code, if your account asks for one'} isRequired={asked === 'code'} value={code} onChange={setCode} />}
      {error === null || over ? null : <ErrorNote error={error} />}
      <Button type="submit" look="primary" isPending={busy} isDisabled={wait_s > 0}>
        {wait_s > 0 ? `Sign in, in ${wait_s} s` : 'Sign in'}
      </Button>
      {asked === 'code' ? <Button onPress={back}>Back</Button> : null}
      <details className={styles['more']}>
        <summary>{asked === 'code' ? 'No app and no recovery codes?' : 'No account, or a forgotten password?'}</summary>
        {asked === 'code' ? (
          <>
            <p>An administrator can end the second factor under Settings, or whoever runs the server with:</p>
            <Snippet label="command that ends the second factor" text="npm run -s tracekeep -- user totp-reset NAME" />
          </>
        ) : (
          <>
            <p>An administrator makes accounts under Settings. Whoever runs the server can set a new password, or print a link that signs you in once:</p>
            <Snippet label="command for a new password" text="npm run -s tracekeep -- user password NAME" />
            <Snippet label="command for a link" text="npm run -s tracekeep -- user link NAME" />
          </>
        )}
        <DataHint />
      </details>
    </form>
  );
}
