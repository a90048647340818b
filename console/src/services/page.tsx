/** The page Services. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function ServicesPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Services" />
    </Page>
  );
}
