/** The page Search. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function SearchPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Search" />
    </Page>
  );
}
