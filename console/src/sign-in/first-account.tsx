/** The first account of an empty store, made by whoever has the link that the server printed. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { beginSession } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { passwordWords } from '#ui/password-words.ts';
import { LinkExpired } from './links.tsx';
import styles from './page.module.css';

export function FirstAccount({ link, onDone }: { readonly link: string; readonly onDone: (password: string) => void }): ReactNode {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const code = error instanceof ApiError ? error.code : '';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await beginSession(client, '/api/v1/session/first', { link, name, password });
      onDone(password);
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

  if (code === 'link_unknown') return <LinkExpired first />;
  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)}>
      <h1>Make the first account</h1>
      <p className={styles['quiet']}>Nobody can sign in yet. This account will be an administrator: it sees all traces, and makes accounts for others.</p>
      <Field label="Your name" name="username" autoComplete="username" isRequired autoFocus value={name} onChange={typed(setName)} error={code === 'name_invalid' ? wordsOf(error) : undefined} />
      <NewPassword label="A password" value={password} onChange={typed(setPassword)} error={code === 'password_weak' ? wordsOf(error) : undefined} />
      {error === null || code === 'name_invalid' || code === 'password_weak' ? null : <ErrorNote error={error} />}
      <Button type="submit" look="primary" isPending={busy} isDisabled={name === '' || !passwordWords(password).good}>
        Make account and sign in
      </Button>
    </form>
  );
}

function wordsOf(error: Error | null): string {
  return error instanceof ApiError ? `${error.message} ${error.advice}` : '';
}
