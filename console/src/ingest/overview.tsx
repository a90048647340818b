/** The parts of the page that are for the reader, or where to begin when nothing has ever arrived. */
import type { ReactNode } from 'react';
import { useAccounting, useAccountingHistory, useMinimized, useRefusals } from '#api/ingest.ts';
import type { PageRange } from '#time/use-range.ts';
import { useMay } from '#api/session.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import type { IngestState } from './address.ts';
import { Arrived, ArrivedSkeleton } from './arrived.tsx';
import styles from './ingest.module.css';
import { MinimizedPanel } from './minimized-panel.tsx';
import { NothingYet } from './nothing-yet.tsx';
import type { Change } from './page.tsx';
import { Producers } from './producers.tsx';
import { Reasons } from './reasons.tsx';

export interface OverviewProps {
  readonly state: IngestState;
  readonly range: PageRange;
  readonly change: (to: Change) => void;
}

/** Who keeps the keys and not the account sees the producers alone. */
export function Overview(props: OverviewProps): ReactNode {
  return useMay('accounting.read') ? <Account {...props} /> : <Producers counts={false} history={undefined} account={undefined} onChoose={() => undefined} />;
}

function Account({ state, range, change }: OverviewProps): ReactNode {
  const account = useAccounting();
  const history = useAccountingHistory(range);
  const refusals = useRefusals();
  const mayFigures = useMay('figures.read');
  if (account.data !== undefined && account.data.totals.received === 0) return <NothingYet onLanguage={(language) => change({ view: 'connect', language })} />;
  return (
    <>
      {history.error === null ? null : <ErrorNote error={history.error} retry={() => void history.refetch()} />}
      {history.data === undefined ? history.error === null ? <ArrivedSkeleton /> : null : <Arrived history={history.data} state={state} range={range} change={change} />}
      <div className={styles['columns']}>
        {history.data === undefined ? null : <Reasons history={history.data} producer={state.producer} refusals={refusals.data} />}
        {mayFigures ? <Minimized range={range} /> : null}
      </div>
      <Producers counts history={history.data} account={account.data} onChoose={(producer) => change({ producer })} />
    </>
  );
}

function Minimized({ range }: Pick<OverviewProps, 'range'>): ReactNode {
  return <MinimizedPanel query={useMinimized(range)} />;
}
