/** The page Ingest. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function IngestPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Ingest" />
    </Page>
  );
}
