/** What auditors take along: the verifier keys, the newest checkpoint, and the commands that need nothing of this server. */
import type { ReactNode } from 'react';
import type { LogStatus } from '#api/log.ts';
import { isFlaw, KEY_TYPES, parseVkey } from '#merkle';
import { fingerprint } from '#seal/fingerprint.ts';
import { sha256 } from '#seal/sha256.ts';
import { CopyButton, Snippet } from '#ui/copy.tsx';
import { Panel } from '#ui/panel.tsx';
import styles from './integrity.module.css';

const NAMES = { ed25519: 'Ed25519', 'ml-dsa-44': 'ML-DSA-44' } as const;

export function Auditors({ log: { vkeys, published } }: { readonly log: LogStatus }): ReactNode {
  const [first] = vkeys;
  const file = `checkpoint-${(published?.signed ?? new Date().toISOString()).slice(0, 10)}`;
  return (
    <Panel title="For auditors" note="what to take along, and how to check without this server">
      <div className={styles['auditors']}>
        <section>
          <h3>Verifier keys</h3>
          <p className={styles['quiet']}>Get them on another way than from this page: whoever could change the log could change the page. “tracekeep log vkeys” prints the same on the server.</p>
          <ul className={styles['keys']}>
            {vkeys.map((vkey) => (
              <li key={vkey}>
                <span>
                  {kindOf(vkey)} <code>{fingerprint(vkey)}</code>
                </span>
                <code className={styles['key']}>{vkey}</code>
                <span>
                  <CopyButton text={vkey} label={`Copy the ${kindOf(vkey)} verifier key`} />
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>Verify everything, on the server</h3>
          <p className={styles['quiet']}>Reads only, also beside the running server. Ends with 0 if all is as it was stored, with 1 if something was changed.</p>
          <Snippet label="command that verifies the store" text={`tracekeep verify --data DIR \\\n  --key '${first ?? 'VKEY'}'`} />
          <h3>Hold the log to its word later</h3>
          <p className={styles['quiet']}>Keep the checkpoint of today anywhere else. Whoever shortens or rewrites the log afterwards cannot prove that it goes on from there.</p>
          <Snippet label="command that keeps the checkpoint" text={`curl -fs ${location.origin}/log/checkpoint -o ${file}\ntracekeep verify --data DIR --checkpoint ${file} \\\n  --key '${first ?? 'VKEY'}'`} />
          <h3>One trace, anywhere</h3>
          <Snippet label="commands for one trace" text={`tracekeep evidence export TRACE -o evidence.json\ntracekeep evidence verify evidence.json \\\n  --key '${first ?? 'VKEY'}'`} />
        </section>
      </div>
    </Panel>
  );
}

function kindOf(vkey: string): string {
  const verifier = parseVkey(sha256, vkey);
  return isFlaw(verifier) ? 'unknown' : NAMES[KEY_TYPES[verifier.type].algorithm];
}
