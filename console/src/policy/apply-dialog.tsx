/** Applying a text: what differs from the policy in force, what it weakens, why; and what to do if somebody was quicker. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '#api/client.ts';
import { apply, type Applied, type PolicyInForce, policyQuery } from '#api/policy.ts';
import type { Weakening } from '#policy/weakening';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { needsApproval } from './acts.tsx';
import styles from './policy.module.css';
import { TextDiff } from '#ui/text-diff.tsx';
import { useAct } from '#ui/use-act.ts';
import { WeakeningList } from './weakening-list.tsx';
import { whoText } from './who.ts';

export interface ApplyDialogProps {
  /** As the server says it is now; it may be a later one than was edited. */
  readonly policy: PolicyInForce;
  /** Digest of the policy that was edited. */
  readonly base: string;
  readonly onBase: (digest: string) => void;
  readonly text: string;
  readonly weakenings: readonly Weakening[];
  readonly onClose: () => void;
  readonly onResult: (result: Applied) => void;
}

const NOTE_MAX = 1_024;

export function ApplyDialog({ policy, base, onBase, text, weakenings, onClose, onResult }: ApplyDialogProps): ReactNode {
  const client = useQueryClient();
  const act = useAct<Applied>('policy');
  const [note, setNote] = useState('');
  const [agreed, setAgreed] = useState(false);
  const weakens = weakenings.length > 0;
  const proposes = needsApproval(policy.approval, weakens);
  const overtaken = base !== policy.digest || (act.error instanceof ApiError && act.error.code === 'policy_changed');
  const verb = proposes ? 'Propose' : weakens ? 'Apply the weaker policy' : 'Apply';
  const run = async (): Promise<void> => {
    const result = await act.run(() => apply(text, note.trim(), base));
    if (result !== null) onResult(result);
  };
  return (
    <Dialog title={proposes ? 'Propose this policy' : 'Apply this policy'} isOpen onClose={onClose} width="wide">
      {overtaken ? (
        <div role="alert" className={styles['conflict']}>
          <strong>Somebody was quicker: version {policy.version} is in force now, by {whoText(policy.by)}.</strong>
          <p>What you wrote was made from an earlier one. Below is the difference to what is in force now: with yours, what is red goes.</p>
          <div className={styles['ways']}>
            <Button
              onPress={() => {
                act.clear();
                onBase(policy.digest);
                void client.invalidateQueries({ queryKey: policyQuery.queryKey });
              }}
            >
              Go on from version {policy.version}
            </Button>
            <Button onPress={onClose}>Back to the text</Button>
          </div>
        </div>
      ) : null}
      <WeakeningList weakenings={weakenings} subject="This text" />
      <TextDiff older={policy.text} newer={text} label="Difference to the policy in force" />
      <p>
        {proposes
          ? 'A second administrator has to approve it. Until then nothing changes.'
          : 'Everything that arrives from then on is minimized by it. What is stored stays as it is.'}{' '}
        Nothing that minimization takes away can be brought back.
      </p>
      <Field label="Note" value={note} onChange={setNote} maxLength={NOTE_MAX} note="Why: whoever looks at the history reads it." />
      {weakens ? (
        <label className={styles['agree']}>
          <input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
          I have read what is removed less: {plural(weakenings.length, 'weakening')}
        </label>
      ) : null}
      {act.error === null || overtaken ? null : <ErrorNote error={act.error} />}
      <div className={styles['footer']}>
        <Button onPress={onClose}>Cancel</Button>
        <Button look={weakens ? 'danger' : 'primary'} isDisabled={overtaken || (weakens && !agreed) || text === policy.text} isPending={act.isBusy} onPress={() => void run()}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
