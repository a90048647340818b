/** The page Settings. */
import type { ReactNode } from 'react';
import { Page, PageHeader } from '#ui/page-header.tsx';

export function SettingsPage(): ReactNode {
  return (
    <Page>
      <PageHeader title="Settings" />
    </Page>
  );
}
