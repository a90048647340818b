/** Opening sealed values: which fields of this trace, why, and what it means. Where the policy asks for a second person, what is sent is a question to them. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { SEALING } from '#limits/sealing';
import { plural } from '#time/format.ts';
import { AWAITS_TITLE, AwaitsApproval } from '#ui/awaits-approval.tsx';
import { Button } from '#ui/button.tsx';
import { Checks } from '#ui/checks.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Reason, useReason } from '#ui/reason.tsx';
import { useAct } from '#ui/use-act.ts';
import { STATUS_MESSAGE } from './opened-values.ts';
import styles from './reveal.module.css';
import type { Opening } from './use-opening.ts';

export interface RevealDialogProps {
  readonly fields: readonly string[];
  /** The field from which somebody came. */
  readonly wanted: string | null;
  /** Was given: its fields and its reason stand. */
  readonly approval: Approval | null;
  readonly opening: Opening;
  readonly onOpened: () => void;
  readonly onClose: () => void;
}

const SHOWN_MIN = Math.round(SEALING.reveal_shown_ms / 60_000);

export function RevealDialog({ fields, wanted, approval, opening, onOpened, onClose }: RevealDialogProps): ReactNode {
  const client = useQueryClient();
  const act = useAct<Approval | 'open'>();
  const [waiting, setWaiting] = useState<Approval | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>(approval?.fields ?? (wanted !== null ? [wanted] : fields.length === 1 ? fields : []));
  const reason = useReason(approval);
  const offered = approval?.fields ?? fields;
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const done = await act.run(async () => (await opening.open({ reason: reason.text, fields: chosen, ...(approval === null ? {} : { approval: approval.id }) })) ?? 'open');
    if (done === 'open') onOpened();
    else if (done !== null) setWaiting(done);
    // Also when it was refused: what was given may be used up.
    await client.invalidateQueries({ queryKey: ['approvals'] });
  };
  return (
    <Dialog title={waiting === null ? 'Reveal sealed values' : AWAITS_TITLE} isOpen onClose={onClose}>
      {waiting !== null ? (
        <AwaitsApproval approval={waiting} nothing={`The policy asks for a second person to open ${waiting.fields.join(', ')}.`} act="open sealed values" shown="which fields of which trace" next="When it is approved, this trace offers to open them, once." onClose={onClose} />
      ) : (
        <form className={styles['form']} onSubmit={(event) => void run(event)}>
          <Checks label="Fields of this trace" options={offered.map((id) => ({ id, label: id === STATUS_MESSAGE ? 'the status message' : id, note: '' }))} values={chosen} onChange={setChosen} />
          <Reason reason={reason} about="this trace" hint="Why you have to see them: a ticket, an incident." />
          <ul className={styles['told']}>
            <li>Before anything is shown, the log keeps that you opened these fields of this trace, when and why. Nobody can take it back.</li>
            <li>What opens is shown for {plural(SHOWN_MIN, 'minute')} at most, under your name, and closes by itself or when you leave the page.</li>
            {approval === null ? <li>Where the policy asks for a second person, the request waits until somebody else who may open approves it.</li> : null}
          </ul>
          {act.error === null ? null : <ErrorNote error={act.error} />}
          <div className={styles['footer']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="primary" isPending={act.isBusy} isDisabled={chosen.length === 0 || !reason.isEnough}>
              {chosen.length === 1 ? 'Reveal 1 field' : chosen.length === 0 ? 'Reveal' : `Reveal ${chosen.length} fields`}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
