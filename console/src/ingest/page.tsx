/** Ingest: what came in, what became of it and what to do about it; connecting a service. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowLeft, Plug } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMay } from '#api/session.ts';
import { useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { readState, writeState } from './address.ts';
import { Connect } from './connect.tsx';
import { Overview } from './overview.tsx';

export type Change = Parameters<typeof writeState>[1];

export function IngestPage(): ReactNode {
  const state = readState(useSearch({ strict: false }));
  const range = useRange();
  const navigate = useNavigate();
  const change = (to: Change): void => void navigate({ to: '.', search: (before: Record<string, unknown>) => writeState(before, to) });
  const counts = useMay('accounting.read');
  useShortcuts('Ingest', [
    { keys: 'c', does: 'Connect a service', act: () => change({ view: 'connect' }) },
    { keys: 't', does: 'Chart or table', when: () => counts && state.view === 'overview', act: () => change({ show: state.show === 'chart' ? 'table' : 'chart' }) },
  ]);
  if (state.view === 'connect') {
    return (
      <Page>
        <PageHeader
          title="Connect a service"
          actions={
            <Button onPress={() => change({ view: undefined })}>
              <ArrowLeft aria-hidden />
              Back to what arrives
            </Button>
          }
        >
          Three steps, about two minutes. Anything that speaks OpenTelemetry can send here.
        </PageHeader>
        <Connect language={state.language} onLanguage={(language) => change({ language })} />
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader
        title="Ingest"
        actions={
          <Button look="primary" onPress={() => change({ view: 'connect' })}>
            <Plug aria-hidden />
            Connect a service
          </Button>
        }
      >
        {counts ? 'What was sent here and what became of it, in spans: received is always stored, refused and dropped together.' : 'Who may send here, as which services, and with which keys and certificates.'}
      </PageHeader>
      <Overview state={state} range={range} change={change} />
    </Page>
  );
}
