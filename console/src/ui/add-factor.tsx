/** Adding a second factor: the password, then a picture for the app and the first code from it, then the recovery codes. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { confirmFactor, type FactorOffer, offerFactor } from '#api/people.ts';
import { Button } from './button.tsx';
import { CodeField } from './code-field.tsx';
import { Snippet } from './copy.tsx';
import { ErrorNote } from './error-note.tsx';
import { Field } from './field.tsx';
import { QrPicture } from './qr-picture.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import styles from './second-factor.module.css';
import { useSending } from './use-sending.ts';

export interface AddFactorProps {
  readonly name: string;
  /** What was typed a moment ago, so that nobody types it twice. */
  readonly typed?: string;
  readonly onDone: () => void;
  readonly onCancel?: () => void;
}

export function AddFactor({ name, typed = '', onDone, onCancel }: AddFactorProps): ReactNode {
  const client = useQueryClient();
  const [password, setPassword] = useState(typed);
  const [offer, setOffer] = useState<FactorOffer | null>(null);
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = useSending(async () => setOffer(await offerFactor(password)));
  const confirm = useSending(async () => setCodes(await confirmFactor(client, code)));
  // React may run an effect twice; a second offer would make the first picture useless.
  const begun = useRef(false);
  useEffect(() => {
    if (typed === '' || begun.current) return;
    begun.current = true;
    begin.send();
  });

  if (codes !== null) return <RecoveryCodes codes={codes} onDone={onDone} />;
  const cancel = onCancel === undefined ? null : <Button onPress={onCancel}>Cancel</Button>;
  if (offer === null) {
    return (
      <form className={styles['part']} onSubmit={begin.submit}>
        <input hidden readOnly type="text" name="username" autoComplete="username" value={name} />
        <p>An authenticator app on your phone will make a new code every thirty seconds. First your password again:</p>
        <Field label="Your password" name="password" type="password" autoComplete="current-password" isRequired autoFocus value={password} onChange={begin.typed(setPassword)} error={begin.code === 'sign_in_failed' ? 'This is not your current password.' : undefined} />
        {begin.error === null || begin.code === 'sign_in_failed' ? null : <ErrorNote error={begin.error} />}
        <div className={styles['end']}>
          {cancel}
          <Button type="submit" look="primary" isPending={begin.busy} isDisabled={password === ''}>
            Continue
          </Button>
        </div>
      </form>
    );
  }
  return (
    <form className={styles['part']} onSubmit={confirm.submit}>
      <p>Scan this with your authenticator app, or enter the text below it there.</p>
      <QrPicture text={offer.uri} label="Picture for an authenticator app" />
      <Snippet label="text for the app" text={offer.secret.replace(/(.{4})(?=.)/gu, '$1 ')} />
      <CodeField isFirst autoFocus label="Code that the app shows" value={code} onChange={confirm.typed(setCode)} error={confirm.code === 'code_wrong' ? confirm.words : undefined} />
      {confirm.error === null || confirm.code === 'code_wrong' ? null : <ErrorNote error={confirm.error} />}
      <div className={styles['end']}>
        {cancel}
        <Button type="submit" look="primary" isPending={confirm.busy} isDisabled={code.trim() === ''}>
          Turn it on
        </Button>
      </div>
    </form>
  );
}
