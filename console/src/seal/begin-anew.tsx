/**
 * After the key of the log changed, or its past: the way to believe it as it is now, deliberately and in one's own browser alone. For administrators, who can ask
 * on another way what happened.
 */
import { type ReactNode, useState } from 'react';
import { useMay } from '#api/session.ts';
import { instant } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import styles from './begin-anew.module.css';
import { fingerprint } from './fingerprint.ts';
import { ALARMS } from './follow.ts';
import { readRemembered } from './remembered.ts';
import type { Verdict } from './verdict.ts';

export interface BeginAnewProps {
  readonly verdict: Pick<Extract<Verdict, { state: 'broken' }>, 'why' | 'now'>;
  readonly onBegin: () => void;
}

/** What administrators alone may do. Nothing changes on the server: who may is a question of who can ask somebody. */
const ACTION = 'account.change';

export function BeginAnew({ verdict: { why, now }, onBegin }: BeginAnewProps): ReactNode {
  const may = useMay(ACTION);
  const [asking, setAsking] = useState(false);
  // What was changed below the log is nothing to believe.
  if (!may || !ALARMS.some((alarm) => alarm === why)) return null;
  const verb = why === 'key-changed' ? 'Trust the new key' : 'Forget what was seen';
  const seen = readRemembered(localStorage);
  return (
    <>
      <Button look="danger" onPress={() => setAsking(true)}>
        {verb}…
      </Button>
      <Confirm
        title={why === 'key-changed' ? 'Trust the new key of the log?' : 'Forget what this browser saw of the log?'}
        isOpen={asking}
        onClose={() => setAsking(false)}
        effect={
          <div className={styles['effect']}>
            <dl>
              <dt>Seen here</dt>
              <dd>{seen === null || seen === 'unreadable' ? 'nothing that reads' : <>key {fingerprint(seen.key)}, {seen.size.toLocaleString('en-GB')} entries, last on {instant(seen.seen_ms)}</>}</dd>
              <dt>Shown now</dt>
              <dd>
                {now.key === null ? 'no key' : <>key {fingerprint(now.key)}</>}
                {now.size === null ? '' : `, ${now.size.toLocaleString('en-GB')} entries`}
              </dd>
            </dl>
            <p>This browser then believes the next checkpoint as it believed the first one, and everything that it compared before is forgotten. Other browsers, witnesses and kept checkpoints are not affected. Do it when you know from elsewhere why the log changed.</p>
          </div>
        }
        verb={verb}
        act={async () => onBegin()}
      />
    </>
  );
}
