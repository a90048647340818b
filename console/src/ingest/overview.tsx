/** The parts of the page, or where to begin when nothing has ever arrived. */
import type { ReactNode } from 'react';
import { useAccounting, useAccountingHistory, useMinimized, useRefusals } from '#api/ingest.ts';
import type { PageRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import type { IngestState } from './address.ts';
import { Arrived, ArrivedSkeleton } from './arrived.tsx';
import styles from './ingest.module.css';
import { MinimizedPanel } from './minimized-panel.tsx';
import type { Change } from './page.tsx';
import { Producers } from './producers.tsx';
import { Reasons } from './reasons.tsx';

export interface OverviewProps {
  readonly state: IngestState;
  readonly range: PageRange;
  readonly change: (to: Change) => void;
}

export function Overview({ state, range, change }: OverviewProps): ReactNode {
  const account = useAccounting();
  const history = useAccountingHistory(range);
  const minimized = useMinimized(range);
  const refusals = useRefusals();
  if (account.data !== undefined && account.data.totals.received === 0) {
    return (
      <Empty title="Nothing has arrived yet">
        <p>Traces come from services: a key says who sends, and the SDK or the Collector is told where to. The first trace shows here a moment after it is sent.</p>
        <div>
          <Button look="primary" onPress={() => change({ view: 'connect' })}>
            Connect the first service
          </Button>
        </div>
      </Empty>
    );
  }
  return (
    <>
      {history.error === null ? null : <ErrorNote error={history.error} retry={() => void history.refetch()} />}
      {history.data === undefined ? history.error === null ? <ArrivedSkeleton /> : null : <Arrived history={history.data} state={state} range={range} change={change} />}
      <div className={styles['columns']}>
        {history.data === undefined ? null : <Reasons history={history.data} producer={state.producer} refusals={refusals.data} />}
        <MinimizedPanel query={minimized} />
      </div>
      <Producers history={history.data} account={account.data} producer={state.producer} onChoose={(producer) => change({ producer })} />
    </>
  );
}
