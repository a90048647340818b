/** Deciding about a request: what will happen, before it does. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Approval, approve, decline } from '#api/approvals.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { ReasonText } from '#ui/reason.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './approvals.module.css';
import { askedFor } from './words.ts';

export interface DecisionProps {
  readonly approval: Approval;
  readonly verdict: 'approve' | 'decline';
  readonly onClose: () => void;
}

export function Decision({ approval, verdict, onClose }: DecisionProps): ReactNode {
  const act = useAct<true>('approvals');
  const { id, by, reason, mine, kind, subject } = approval;
  const what = askedFor(approval);
  const verb = verdict === 'approve' ? 'Approve' : mine ? 'Take it back' : 'Decline';
  const run = async (): Promise<void> => {
    const done = await act.run(async () => {
      await (verdict === 'approve' ? approve(id) : decline(id));
      return true as const;
    });
    if (done !== null) onClose();
  };
  return (
    <Dialog title={mine ? 'Take the request back' : `${verb}: ${by.name} wants to ${what}`} isOpen onClose={onClose}>
      <div className={styles['deciding']}>
        <ReasonText text={reason} />
        {mine || typeof subject !== 'string' ? null : (
          <p>
            Whom it is about stands here as <code>{subject.slice(0, 12)}…</code> alone. Let {by.name} tell you, and find them under <Link to="/forget">Forget a person</Link>: the same digest is the same person.
          </p>
        )}
        <p>
          {verdict === 'approve'
            ? `${by.name} may ${what}, once, within some hours. ${kind === 'forget' ? 'It cannot be undone. ' : ''}The log keeps that you approved it.`
            : mine
              ? 'Nobody can approve it any more. You can ask anew.'
              : `${by.name} may not, and is told that you declined. They can ask anew.`}
        </p>
        {act.error === null ? null : <ErrorNote error={act.error} />}
        <div className={styles['footer']}>
          <Button onPress={onClose} autoFocus>Cancel</Button>
          <Button look={verdict === 'approve' ? 'primary' : 'danger'} isPending={act.isBusy} onPress={() => void run()}>
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
