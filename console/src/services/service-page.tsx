/** One service: its figures over time and by operation. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function ServicePage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Service" />
    </Page>
  );
}
