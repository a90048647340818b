/** The page Trace. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function TracePage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Trace" />
    </Page>
  );
}
