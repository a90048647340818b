/** What stands in the place of a page that failed, and of an address that leads nowhere. */
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page } from '#ui/page-header.tsx';

export function FailedPage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <Page>
      <ErrorNote error={error instanceof Error ? error : new Error('unknown')} retry={reset} />
    </Page>
  );
}

export function NoSuchPage(): ReactNode {
  return (
    <Page>
      <Empty title="There is no page at this address">
        <p>
          The link may be cut or from a newer version. Go to the <Link to="/search">search</Link>, or press Ctrl-K and paste a trace id.
        </p>
      </Empty>
    </Page>
  );
}
