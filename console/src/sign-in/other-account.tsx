/** The browser has a session that did not begin in this console: perhaps on purpose, perhaps planted by another page. Nobody goes on as somebody else unawares. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { rememberOwn, sessionQuery, type SessionView } from '#api/session.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import styles from './page.module.css';

export function OtherAccount({ session, onStay }: { readonly session: SessionView; readonly onStay: () => void }): ReactNode {
  const client = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const stay = (): void => {
    rememberOwn(session);
    onStay();
  };
  const leave = async (): Promise<void> => {
    setError(null);
    try {
      await remove('/api/v1/session');
      client.setQueryData(sessionQuery.queryKey, null);
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('unknown'));
    }
  };
  return (
    <div className={styles['form']}>
      <h1>You are signed in as {session.account.name}</h1>
      <p>Another account signed in here last, and this session did not begin on this page. If that is not what you expect, another page of this host put it there: end it.</p>
      {error === null ? null : <ErrorNote error={error} />}
      <Button look="primary" onPress={() => void leave()}>
        End it and sign in
      </Button>
      <Button onPress={stay}>Go on as {session.account.name}</Button>
    </div>
  );
}
