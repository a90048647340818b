/** Why spans were not stored, and what to do about each reason, in the words of the server. */
import { type ReactNode, useMemo } from 'react';
import type { AccountingHistory, RefusalRow } from '#api/ingest.ts';
import { count, plural } from '#time/format.ts';
import { Panel } from '#ui/panel.tsx';
import { State } from '#ui/state.tsx';
import { type Reason, reasonsOf } from './account-sums.ts';
import styles from './ingest.module.css';

export interface ReasonsProps {
  readonly history: AccountingHistory;
  readonly producer: string | undefined;
  readonly refusals: ReadonlyMap<string, RefusalRow> | undefined;
}

const DUPLICATE = { says: 'These spans had been taken before: an exporter that did not hear the answer sent them again, or somebody repeated them.', advice: 'Nothing is lost and nothing is stored twice. Many of them say that the network between exporter and server is slow or cuts.' };

export function Reasons({ history, producer, refusals }: ReasonsProps): ReactNode {
  const reasons = useMemo(() => reasonsOf(history.reasons, producer), [history, producer]);
  const names = new Map(history.producers.map(({ id, name }) => [id, name]));
  return (
    <Panel title="Refused and dropped" note="by reason">
      {reasons.length === 0 ? (
        <p className={styles['fine']}>
          <State state="verified">All stored</State> Every span of this time was stored.
        </p>
      ) : (
        <ul className={styles['reasons']}>
          {reasons.map((reason) => (
            <li key={`${reason.outcome} ${reason.reason}`}>
              <ReasonEntry reason={reason} names={names} words={reason.reason === 'duplicate' ? DUPLICATE : refusals?.get(reason.reason)} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function ReasonEntry({ reason, names, words }: { readonly reason: Reason; readonly names: ReadonlyMap<string, string>; readonly words: Pick<RefusalRow, 'says' | 'advice'> | undefined }): ReactNode {
  return (
    <div className={styles['reason']}>
      <div className={styles['reasonHead']}>
        <strong>{plural(reason.count, 'span')}</strong>
        {reason.outcome === 'refused' ? <State state="error">refused</State> : <State state="expired">dropped</State>}
        <code>{reason.reason}</code>
      </div>
      <p>{words?.says ?? 'This reason is not in the server’s table.'}</p>
      {words === undefined ? null : (
        <p className={styles['advice']}>
          <b>What to do:</b> {words.advice}
        </p>
      )}
      <p className={styles['from']}>From {reason.producers.map(({ id, count: spans }) => `${names.get(id) ?? id} (${count(spans)})`).join(', ')}</p>
    </div>
  );
}
