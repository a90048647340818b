/** The page Health. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function HealthPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Health" />
    </Page>
  );
}
