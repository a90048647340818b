/** Signing in with a provider: the way there, and the page on which people come back from it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { beginSession, goToProvider, providerQuery } from '#api/people.ts';
import { Mark } from '#frame/mark.tsx';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import styles from './page.module.css';
import { returnAddress } from './return-address.ts';

/** Kept in this tab alone: an address would come back as somebody else wrote it. */
const RETURN_KEY = 'tracekeep.return-to';

export function ProviderWay(): ReactNode {
  const provider = useQuery(providerQuery).data ?? null;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  if (provider === null) return null;
  const go = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    sessionStorage.setItem(RETURN_KEY, returnAddress(new URLSearchParams(location.search).get('to'), location.origin));
    try {
      await goToProvider();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('unknown'));
      setBusy(false);
    }
  };
  return (
    <div className={styles['form']}>
      {error === null ? null : <ErrorNote error={error} />}
      <Button isPending={busy} onPress={() => void go()}>{`Sign in with ${provider.name}`}</Button>
    </div>
  );
}

export function ProviderReturnPage(): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<Error | null>(null);
  // What came back is good once; React may run an effect twice.
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const answer = location.search;
    history.replaceState(history.state, '', location.pathname);
    const to = returnAddress(sessionStorage.getItem(RETURN_KEY), location.origin);
    sessionStorage.removeItem(RETURN_KEY);
    beginSession(client, '/api/v1/session/provider', { answer }).then(
      () => void navigate({ href: to, replace: true }),
      (caught: unknown) => setError(caught instanceof Error ? caught : new Error('unknown')),
    );
  });
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <p className={styles['mark']}>
          <Mark />
          Tracekeep
        </p>
        {error === null ? (
          <p role="status" className={styles['quiet']}>
            Signing in…
          </p>
        ) : (
          <ErrorNote error={error}>
            <Button size="small" onPress={() => void navigate({ to: '/sign-in', replace: true })}>
              Back to the sign-in page
            </Button>
          </ErrorNote>
        )}
      </div>
    </main>
  );
}
