/** The bar above the page: time range where it matters, palette, help, theme, account. */
import { useQueryClient } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { CircleHelp, Monitor, Moon, RefreshCw, Search, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { refreshNow } from '#time/use-range.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { Keys } from '#ui/keys.tsx';
import { Menu } from '#ui/menu.tsx';
import { AccountMenu } from './account-menu.tsx';
import styles from './bar.module.css';
import { pageAt } from './pages.ts';
import { RangePicker } from './range-picker.tsx';
import { setTheme, useTheme } from './theme.ts';

export function Bar({ onPalette, onHelp }: { readonly onPalette: () => void; readonly onHelp: () => void }): ReactNode {
  const theme = useTheme();
  const ranged = useRouterState({ select: ({ location }) => pageAt(location.pathname)?.ranged ?? false });
  const client = useQueryClient();
  // What a page counts back from now is asked for anew by another now; the rest is asked for as it was.
  const refresh = (): void => (ranged ? refreshNow() : void client.refetchQueries({ type: 'active' }));
  const Shape = theme === 'light' ? Sun : theme === 'dark' ? Moon : Monitor;
  return (
    <header className={styles['bar']}>
      <Button className={styles['palette'] ?? ''} onPress={onPalette}>
        <Search aria-hidden />
        <span>Go to trace, service, page…</span>
        <Keys keys="ctrl+K" />
      </Button>
      <div className={styles['tools']}>
        {ranged ? <RangePicker /> : null}
        <IconButton label="Refresh" onPress={refresh}>
          <RefreshCw aria-hidden />
        </IconButton>
        <span className={styles['help']}>
          <IconButton label="Keys of this page" keys="?" onPress={onHelp}>
            <CircleHelp aria-hidden />
          </IconButton>
        </span>
        <Menu
          label="Theme"
          trigger={
            <Button look="quiet" aria-label={`Theme: ${theme}`} className={styles['square'] ?? ''}>
              <Shape aria-hidden />
            </Button>
          }
          entries={[
            { id: 'system', label: 'As the system says', shape: <Monitor aria-hidden />, act: () => setTheme('system') },
            { id: 'light', label: 'Light', shape: <Sun aria-hidden />, act: () => setTheme('light') },
            { id: 'dark', label: 'Dark', shape: <Moon aria-hidden />, act: () => setTheme('dark') },
          ]}
        />
        <AccountMenu />
      </div>
    </header>
  );
}
