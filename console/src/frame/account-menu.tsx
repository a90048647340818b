/** Who is signed in, and the way out. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUser, LogOut, Settings } from 'lucide-react';
import type { ReactNode } from 'react';
import { remove } from '#api/client.ts';
import { useSession } from '#api/session.ts';
import { Button } from '#ui/button.tsx';
import { Menu } from '#ui/menu.tsx';
import styles from './account-menu.module.css';

export function AccountMenu(): ReactNode {
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  if (session === null) return null;
  const signOut = async (path: string): Promise<void> => {
    await remove(path).catch(() => undefined);
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu
      label="Account"
      trigger={
        <Button look="quiet" aria-label={`Account ${session.account.name}, ${session.account.role}`}>
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
  );
}
