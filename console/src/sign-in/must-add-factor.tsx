/** This server asks for a second factor, and there is none yet: nothing else is open before. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { sessionQuery } from '#api/session.ts';
import { AddFactor } from '#ui/add-factor.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import styles from './page.module.css';

export interface MustAddFactorProps {
  readonly name: string;
  readonly password: string;
  readonly onDone: () => void;
}

export function MustAddFactor({ name, password, onDone }: MustAddFactorProps): ReactNode {
  const client = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const leave = async (): Promise<void> => {
    try {
      await remove('/api/v1/session');
      client.setQueryData(sessionQuery.queryKey, null);
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('unknown'));
    }
  };
  return (
    <div className={styles['form']}>
      <h1>Add a second factor</h1>
      <p className={styles['quiet']}>This server asks for one before anything else, so that a password alone opens nothing.</p>
      {error === null ? null : <ErrorNote error={error} />}
      <AddFactor name={name} typed={password} onDone={onDone} onCancel={() => void leave()} />
    </div>
  );
}
