/** Connections over TLS: which could be read later with a quantum computer, which were not made, and what somebody should do about the certificate. */
import type { ReactNode } from 'react';
import type { Health } from '#api/health.ts';
import { count } from '#time/format.ts';
import { Figure, Panel } from '#ui/panel.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './health.module.css';

const REASONS: Readonly<Record<string, string>> = {
  rate: 'reset: too many began', pending: 'reset: too many under way', timeout: 'not ended in time', gone: 'left by the client', untrusted: 'by clients that do not trust the certificate', version: 'an older version of TLS', group: 'no key exchange in common', not_tls: 'not TLS at all', other: 'something else',
};

export function Encryption({ tls: { connections, notPostQuantum, exchanges, failed, certificateEndsAt, warnings } }: Pick<Health, 'tls'>): ReactNode {
  if (certificateEndsAt === null) {
    return (
      <Panel title="Encryption">
        <p>This server speaks plain HTTP, and so with this machine alone. For others it needs a certificate: <code>tracekeep ca init</code>, <code>tracekeep ca issue server NAME</code>.</p>
      </Panel>
    );
  }
  const rows = exchanges.toSorted((one, other) => other.count - one.count).map(({ version, group, count: times }) => ({
    id: `${version} ${group}`,
    cells: [group, version, count(times), group.includes('MLKEM') ? <State key="state" state="verified">Post-quantum</State> : <State key="state" state="expired">Not post-quantum</State>],
  }));
  return (
    <Panel title="Encryption" note="since the server started">
      <div className={styles['meters']}>
        {warnings.map(({ message, advice }) => (
          <div key={message} role="status" className={styles['verdict']}>
            <State state="error">Look at this</State>
            <div>
              <strong>{message}</strong>
              <p>{advice}</p>
            </div>
          </div>
        ))}
        <div className={styles['now']}>
          <Figure name="TLS connections" value={count(connections)} note="of exporters and browsers" />
          <Figure name="Not post-quantum" value={count(notPostQuantum)} note={notPostQuantum === 0 ? 'none can be read later' : 'a recording could be read later'} />
          <Figure name="Not made" value={count(failed.reduce((sum, one) => sum + one.count, 0))} note={failed.map(({ reason, count: times }) => `${count(times)} ${REASONS[reason] ?? reason}`).join(', ') || 'no handshake failed'} />
        </div>
        {rows.length === 0 ? null : <PlainTable label="Key exchanges" columns={['Key exchange', 'Version', 'Connections', 'State']} rows={rows} />}
      </div>
      <dl className={styles['facts']}>
        <dt>Certificate ends</dt>
        <dd>
          <DayText unix_ms={Date.parse(certificateEndsAt)} />
        </dd>
      </dl>
    </Panel>
  );
}
