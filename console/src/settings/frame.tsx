/** What the pages of Settings have in common: who one is, and the way from one to the other. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rolesText } from '#api/roles.ts';
import { type SessionView, useMay } from '#api/session.ts';
import { Page, PageHeader } from '#ui/page-header.tsx';
import styles from './settings.module.css';

export function SettingsFrame({ session, children }: { readonly session: SessionView; readonly children: ReactNode }): ReactNode {
  const [people, tokens] = [useMay('account.list'), useMay('token.list')];
  const ways = [
    { to: '/settings', label: 'My account', shown: true },
    { to: '/settings/people', label: 'People', shown: people },
    { to: '/settings/groups', label: 'Groups', shown: people },
    { to: '/settings/tokens', label: 'API tokens', shown: tokens },
  ] as const;
  return (
    <Page>
      <PageHeader title="Settings">
        {session.account.name}, {rolesText(session.account.roles).toLowerCase()}
        {session.tenant === 'default' ? '' : ` of tenant ${session.tenant}`}
      </PageHeader>
      {people || tokens ? (
        <nav aria-label="Settings" className={styles['ways-on']}>
          {ways.filter(({ shown }) => shown).map(({ to, label }) => (
            <Link key={to} to={to} search={{}} activeOptions={{ exact: true }} className={styles['way'] ?? ''}>
              {label}
            </Link>
          ))}
        </nav>
      ) : null}
      {children}
    </Page>
  );
}

/** Where somebody came by an address to a page that is not for them. */
export function NotForYou({ what }: { readonly what: string }): ReactNode {
  return <p className={styles['quiet']}>{what} are for administrators and auditors. Ask one of them if you need more than you see.</p>;
}
