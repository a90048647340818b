/** The page Compare. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function ComparePage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Compare" />
    </Page>
  );
}
