/** One's second factor: whether there is one, how many recovery codes are left, adding it, taking it away. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { removeFactor, renewRecoveryCodes } from '#api/people.ts';
import type { SessionView } from '#api/session.ts';
import { plural } from '#time/format.ts';
import { AddFactor } from '#ui/add-factor.tsx';
import { Button } from '#ui/button.tsx';
import { CodeField } from '#ui/code-field.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Panel } from '#ui/panel.tsx';
import { RecoveryCodes } from '#ui/recovery-codes.tsx';
import { State } from '#ui/state.tsx';
import { DayText } from '#ui/time-text.tsx';
import { useSending } from '#ui/use-sending.ts';
import styles from './settings.module.css';

type Act = 'add' | 'renew' | 'remove';
const FEW = 3;

export function SecondFactorPanel({ session }: { readonly session: SessionView }): ReactNode {
  const [act, setAct] = useState<Act | null>(null);
  const { secondFactor: factor, account } = session;
  const close = (): void => setAct(null);
  return (
    <Panel title="Second factor">
      {factor === null ? (
        <div className={styles['part']}>
          <p>Your password alone signs you in. With a second factor it takes a code from an app on your phone as well, so that a password that leaked opens nothing.</p>
          <div className={styles['ways']}>
            <Button look="primary" onPress={() => setAct('add')}>
              Add a second factor
            </Button>
          </div>
        </div>
      ) : (
        <div className={styles['part']}>
          <dl className={styles['facts']}>
            <dt>Codes from an app</dt>
            <dd>
              <State state="verified">
                since <DayText unix_ms={Date.parse(factor.since)} />
              </State>
            </dd>
            <dt>Recovery codes left</dt>
            <dd>{factor.recoveryCodesLeft < FEW ? <State state="minimized">{plural(factor.recoveryCodesLeft, 'code')}: make new ones</State> : factor.recoveryCodesLeft}</dd>
          </dl>
          <div className={styles['ways']}>
            <Button onPress={() => setAct('renew')}>Make new recovery codes</Button>
            <Button look="danger" onPress={() => setAct('remove')}>
              Remove the second factor
            </Button>
          </div>
        </div>
      )}
      <Dialog title="Add a second factor" isOpen={act === 'add'} onClose={close}>
        <AddFactor name={account.name} onDone={close} onCancel={close} />
      </Dialog>
      {act === 'renew' || act === 'remove' ? <WithCode act={act} name={account.name} onClose={close} /> : null}
    </Panel>
  );
}

function WithCode({ act, name, onClose }: { readonly act: 'renew' | 'remove'; readonly name: string; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const send = useSending(async () => {
    if (act === 'renew') return setCodes(await renewRecoveryCodes(client, password, code));
    await removeFactor(client, password, code);
    onClose();
  });
  const wrong = send.code === 'sign_in_failed';
  return (
    <Dialog title={codes !== null ? 'Your new recovery codes' : act === 'renew' ? 'Make new recovery codes' : 'Remove the second factor'} isOpen onClose={onClose}>
      {codes !== null ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <form className={styles['part']} onSubmit={send.submit}>
          <p>{act === 'renew' ? 'The ones that you have count no more then.' : 'Your password alone signs you in then. Your other sessions end.'}</p>
          <input hidden readOnly type="text" name="username" autoComplete="username" value={name} />
          <Field label="Your password" name="password" type="password" autoComplete="current-password" isRequired autoFocus value={password} onChange={send.typed(setPassword)} />
          <CodeField value={code} onChange={send.typed(setCode)} error={wrong ? 'Password or code is wrong, or the code was used before. The app shows a new one every thirty seconds.' : undefined} />
          {send.error === null || wrong ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look={act === 'renew' ? 'primary' : 'danger'} isPending={send.busy} isDisabled={password === '' || code.trim() === ''}>
              {act === 'renew' ? 'Make new codes' : 'Remove second factor'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
