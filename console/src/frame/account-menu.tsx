/** Who is signed in, and the way out. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUser, LogOut, Settings } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { endSession } from '#api/people.ts';
import { rolesText } from '#api/roles.ts';
import { useSession } from '#api/session.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Menu } from '#ui/menu.tsx';
import styles from './account-menu.module.css';

export function AccountMenu(): ReactNode {
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [failed, setFailed] = useState<{ readonly error: Error; readonly path: '/api/v1/session' | '/api/v1/session/all' } | null>(null);
  if (session === null) return null;
  const signOut = async (path: '/api/v1/session' | '/api/v1/session/all'): Promise<void> => {
    try {
      if (await endSession(path)) return;
    } catch (error) {
      // The cookie may live on: nobody is told that they are out when they are not.
      if (!(error instanceof ApiError && error.status === 401)) return setFailed({ error: error instanceof Error ? error : new Error('unknown'), path });
    }
    setFailed(null);
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <>
      <Menu
        label="Account"
        trigger={
          <Button look="quiet" aria-label={`Account ${session.account.name}, ${rolesText(session.account.roles)}`}>
            <CircleUser aria-hidden />
            <span className={styles['name']}>{session.account.name}</span>
          </Button>
        }
        entries={[
          { id: 'settings', label: 'Settings', shape: <Settings aria-hidden />, act: () => void navigate({ to: '/settings' }) },
          { id: 'out', label: 'Sign out', shape: <LogOut aria-hidden />, act: () => void signOut('/api/v1/session') },
          { id: 'everywhere', label: 'Sign out everywhere', shape: <LogOut aria-hidden />, act: () => void signOut('/api/v1/session/all') },
        ]}
      />
      <Dialog title="You are still signed in" isOpen={failed !== null} onClose={() => setFailed(null)}>
        {failed === null ? null : <ErrorNote error={failed.error} retry={() => void signOut(failed.path)} />}
      </Dialog>
    </>
  );
}
