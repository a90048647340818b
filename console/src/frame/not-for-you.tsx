/** What stands in the place of a page that is not for the roles of whoever came to it: which pages are, and who can change that. */
import { Link } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { rolesText } from '#api/roles.ts';
import type { SessionView } from '#api/session.ts';
import { Empty } from '#ui/empty.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { keepRange } from './keep-range.ts';
import { pagesFor, type RailPage } from './pages.ts';

export function NotForYou({ page, session }: { readonly page: RailPage; readonly session: SessionView }): ReactNode {
  const { account, mayDo } = session;
  const pages = pagesFor(mayDo);
  return (
    <Page>
      <PageHeader title={page.label} />
      <Empty title="This page is not for your roles" picture={<Lock size={40} strokeWidth={1.25} />}>
        <p>
          {account.roles.length === 0 ? `${account.name} has no role that sees it` : `${account.name} is here as ${rolesText(account.roles).toLowerCase()}; that, with the policies of your tenant, does not include it`}. Ask an administrator of your tenant if your work needs it.
        </p>
        {mayDo.includes('glass.break') ? (
          <p>
            If it cannot wait, break the glass under <Link to="/access">Access</Link>: a role for some minutes, with a reason, seen by everybody.
          </p>
        ) : null}
        <p>
          Yours are{' '}
          {pages.map(({ path, label }, at) => (
            <span key={path}>
              <Link to={path} search={keepRange}>
                {label}
              </Link>
              {at + 2 < pages.length ? ', ' : at + 1 < pages.length ? ' and ' : '.'}
            </span>
          ))}
        </p>
      </Empty>
    </Page>
  );
}
