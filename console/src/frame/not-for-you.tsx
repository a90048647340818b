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
  const { mayDo } = session;
  const pages = pagesFor(mayDo);
  const isTooWide = page.needs.some((action) => session.tooWide.includes(action));
  return (
    <Page>
      <PageHeader title={page.label} />
      <Empty title={isTooWide ? 'This page shows more than you may see' : 'This page is not for your roles'} picture={<Lock size={40} strokeWidth={1.25} />}>
        <p>{isTooWide ? tooWideText(page, session) : otherRolesText(session)} Ask an administrator of your tenant if your work needs it.</p>
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

function otherRolesText({ account: { name, roles } }: SessionView): string {
  return roles.length === 0 ? `${name} has no role that sees it.` : `${name} is here as ${rolesText(roles).toLowerCase()}; that, with the policies of your tenant, does not include it.`;
}

/** Some pages cannot show a part: their figures would tell of the rest. */
function tooWideText({ label, path }: RailPage, { account, tenant }: SessionView): string {
  if (path === '/health') return `${label} tells how the whole server does, for all tenants and services. ${account.name}, in tenant ${tenant}, may see a part of them.`;
  return `${label} tells of all services of your tenant together. The policies of your tenant show ${account.name} some of them, so it stays closed, whatever the role.`;
}
