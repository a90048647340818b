/** Links that sign in once: one that is being used, one that is used up, and none where one is needed. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { beginSession } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { CodeField } from '#ui/code-field.tsx';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { useSending } from '#ui/use-sending.ts';
import styles from './page.module.css';

export function ByLink({ link, onDone, onLeave }: { readonly link: string; readonly onDone: () => void; readonly onLeave: () => void }): ReactNode {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState(false);
  const use = useSending(async () => {
    await beginSession(client, '/api/v1/session/link', { link, ...(code.trim() === '' ? {} : { code }) });
    onDone();
  });
  // A link works once; React may run an effect twice.
  const tried = useRef(false);
  useEffect(() => {
    if (tried.current) return;
    tried.current = true;
    use.send();
  });
  useEffect(() => {
    if (use.code === 'code_needed') setAsked(true);
  }, [use.code]);
  if (use.code === 'link_unknown') return <LinkExpired onLeave={onLeave} />;
  if (asked) {
    return (
      <form className={styles['form']} onSubmit={use.submit}>
        <h1>Enter your code</h1>
        <p className={styles['quiet']}>The link stands for your password. Your account asks for a code as well.</p>
        <CodeField autoFocus value={code} onChange={use.typed(setCode)} error={use.code === 'sign_in_failed' ? 'The code is wrong, or was used before.' : undefined} />
        {use.error === null || use.code === 'code_needed' || use.code === 'sign_in_failed' ? null : <ErrorNote error={use.error} />}
        <Button type="submit" look="primary" isPending={use.busy} isDisabled={code.trim() === ''}>
          Sign in
        </Button>
        <Button onPress={onLeave}>Sign in with a password</Button>
      </form>
    );
  }
  if (use.error === null) {
    return (
      <p role="status" className={styles['quiet']}>
        Signing in…
      </p>
    );
  }
  return (
    <ErrorNote error={use.error}>
      <Button size="small" onPress={onLeave}>
        Sign in with a password
      </Button>
    </ErrorNote>
  );
}

export function LinkExpired({ first = false, onLeave }: { readonly first?: boolean; readonly onLeave?: () => void }): ReactNode {
  return (
    <div className={styles['form']}>
      <h1>This link does not work any more</h1>
      <p>It was used already, is older than ten minutes, or is not whole. Print a new one where the server runs, and open that:</p>
      <Snippet label="command for a new link" text={`npm run -s tracekeep -- user link${first ? '' : ' NAME'}`} />
      <DataHint />
      {onLeave === undefined ? null : <Button onPress={onLeave}>Sign in with a password</Button>}
    </div>
  );
}

export function LinkNeeded(): ReactNode {
  return (
    <div className={styles['form']}>
      <h1>Nobody has an account yet</h1>
      <p>
        The server printed a link when it started: look at its output for <code>/sign-in#first=</code> and open that. It works once, within ten minutes. A new one, printed where the server runs:
      </p>
      <Snippet label="command for a new link" text="npm run -s tracekeep -- user link" />
      <DataHint />
      <p className={styles['quiet']}>This way only somebody with access to the machine becomes the first administrator.</p>
    </div>
  );
}

/** Verbs find the server by its data directory. */
export function DataHint(): ReactNode {
  return (
    <p className={styles['quiet']}>
      Add <code>--data DIR</code> if the server was started with it.
    </p>
  );
}
