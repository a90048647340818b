/** The page Sign in. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function SignInPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Sign in" />
    </Page>
  );
}
