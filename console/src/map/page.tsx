/** The page Map. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function MapPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Map" />
    </Page>
  );
}
