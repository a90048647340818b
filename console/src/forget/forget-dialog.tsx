/** Forgetting, named by its verb: what it destroys, for which reason; where somebody else has to approve it, that it waits for them. */
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { useSession } from '#api/session.ts';
import { forgetPerson, type Receipt } from '#api/subjects.ts';
import { plural } from '#time/format.ts';
import { AWAITS_TITLE, AwaitsApproval } from '#ui/awaits-approval.tsx';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Reason, useReason } from '#ui/reason.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './forget.module.css';
import type { Sought } from './page.tsx';
import { keepReceipt } from './receipts.ts';

export interface ForgetDialogProps {
  readonly sought: Sought;
  /** Was given: its reason stands. */
  readonly approval: Approval | null;
  readonly onClose: () => void;
  readonly onForgotten: () => void;
}

export function ForgetDialog({ sought: { name, found }, approval, onClose, onForgotten }: ForgetDialogProps): ReactNode {
  const account = useSession()?.account.id ?? '';
  const act = useAct<Receipt | { readonly approval: Approval }>('approvals');
  const reason = useReason(approval);
  const [waiting, setWaiting] = useState<Approval | null>(null);
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const done = await act.run(async () => {
      const answer = await forgetPerson({ subject: name, reason: reason.text, ...(approval === null ? {} : { approval: approval.id }) });
      // Before anything else is waited for: it is nowhere else.
      if (!('approval' in answer)) keepReceipt(answer, account);
      return answer;
    });
    if (done === null) return;
    if ('approval' in done) return setWaiting(done.approval);
    onForgotten();
  };
  return (
    <Dialog title={waiting === null ? 'Forget this person' : AWAITS_TITLE} isOpen onClose={onClose}>
      {waiting !== null ? (
        <AwaitsApproval approval={waiting} nothing="Nothing was destroyed yet." act="forget people" shown="a digest, not the name" next="When it is approved, find the person again on this page." onClose={onClose} />
      ) : (
        <form className={styles['stack']} onSubmit={(event) => void run(event)}>
          <p className={styles['who']}><code>{name}</code></p>
          <ul className={styles['effects']}>
            <li>{plural(found.keys, 'key')} {found.keys === 1 ? 'is' : 'are'} destroyed, and with {found.keys === 1 ? 'it' : 'them'} every sealed value of {plural(found.spans, 'span')}. Nobody can undo it.</li>
            <li>Backups of before still hold the keys, until they are gone too.</li>
            <li>What they send from now on is sealed with a new key.</li>
            <li>The log keeps that you forgot somebody, and why; not whom. The receipt alone can show that: take it along.</li>
          </ul>
          <Reason reason={reason} about="this person" hint="Such as the number of their request." />
          {act.error === null ? null : <ErrorNote error={act.error} />}
          <div className={styles['footer']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="danger" isPending={act.isBusy} isDisabled={!reason.isEnough}>Forget this person</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
