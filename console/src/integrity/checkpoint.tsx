/** The log in figures, and the checkpoint that everybody is shown: size, root, who signed it. */
import type { ReactNode } from 'react';
import type { LogStatus } from '#api/log.ts';
import { count, plural } from '#time/format.ts';
import { CopyButton } from '#ui/copy.tsx';
import { Figure, Panel } from '#ui/panel.tsx';
import { State } from '#ui/state.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './integrity.module.css';

export function Checkpoint({ log }: { readonly log: LogStatus }): ReactNode {
  const { origin, size, published, held } = log;
  const waiting = size - (published?.size ?? 0);
  return (
    <Panel title="Log" note={origin}>
      <div className={styles['figures']}>
        <Figure name="Entries" value={count(size)} note="blocks of spans, and what else is worth keeping" />
        <Figure name="Under a checkpoint" value={published === null ? 'none yet' : count(published.size)} note={waiting === 0 ? 'all of them' : `${plural(waiting, 'newer one waits', 'newer ones wait')}`} {...(waiting === 0 && published !== null ? { tone: 'verified' as const } : {})} />
        <Figure name="Signed" value={published?.signed == null ? '–' : <TimeText unix_ms={Date.parse(published.signed)} now_ms={Date.now()} />} note="at most once a second, when the log grew" />
      </div>
      {held === null ? null : (
        <p className={styles['held']}>
          <State state="minimized">Held back</State> {held}
        </p>
      )}
      {published === null ? null : (
        <dl className={styles['facts']}>
          <div>
            <dt>Root</dt>
            <dd>
              <code>{published.root}</code>
              <CopyButton text={published.note} label="Copy the checkpoint" />
            </dd>
          </div>
          <div>
            <dt>Signatures</dt>
            <dd>
              <ul>
                {published.signatures.map(({ name, keyId, time }) => (
                  <li key={`${name} ${keyId}`}>
                    {name} <code>{keyId}</code>
                    {time === null ? null : <>, <TimeText unix_ms={Date.parse(time)} /></>}
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        </dl>
      )}
    </Panel>
  );
}
