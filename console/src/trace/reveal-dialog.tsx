/** Opening sealed values: which fields of this trace, why, and what it means. Where the policy asks for a second person, what is sent is a question to them. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { Button } from '#ui/button.tsx';
import { Checks } from '#ui/checks.tsx';
import { CopyButton } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { DayText } from '#ui/time-text.tsx';
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

const REASON_MIN = 3;
const REASON_MAX = 500;

export function RevealDialog({ fields, wanted, approval, opening, onOpened, onClose }: RevealDialogProps): ReactNode {
  const client = useQueryClient();
  const act = useAct<Approval | 'open'>();
  const [waiting, setWaiting] = useState<Approval | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>(approval?.fields ?? (wanted !== null ? [wanted] : fields.length === 1 ? fields : []));
  const [typed, setReason] = useState('');
  const reason = approval?.reason ?? typed.trim();
  const offered = approval?.fields ?? fields;
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const done = await act.run(async () => (await opening.open({ reason, fields: chosen, ...(approval === null ? {} : { approval: approval.id }) })) ?? 'open');
    if (done === 'open') onOpened();
    else if (done !== null) setWaiting(done);
    // Also when it was refused: what was given may be used up.
    await client.invalidateQueries({ queryKey: ['approvals'] });
  };
  return (
    <Dialog title={waiting === null ? 'Reveal sealed values' : 'A second person has to approve it'} isOpen onClose={onClose}>
      {waiting !== null ? <Waiting approval={waiting} onClose={onClose} /> : (
        <form className={styles['form']} onSubmit={(event) => void run(event)}>
          {approval === null ? null : <p>{approval.decidedBy?.name ?? 'Somebody'} approved it, for this and for once.</p>}
          <Checks label="Fields of this trace" options={offered.map((id) => ({ id, label: id === STATUS_MESSAGE ? 'the status message' : id, note: '' }))} values={chosen} onChange={setChosen} />
          {approval === null ? (
            <Field label="Reason" value={typed} onChange={setReason} rows={2} maxLength={REASON_MAX} autoFocus note="Why you have to see them: a ticket, an incident. Do not name the person here: the reason stays in the log for ever, with your name." />
          ) : (
            <blockquote className={styles['reason']}>{approval.reason}</blockquote>
          )}
          <ul className={styles['told']}>
            <li>Before anything is shown, the log keeps that you opened these fields of this trace, when and why. Nobody can take it back.</li>
            <li>What opens is shown for 5 minutes at most, under your name, and closes by itself or when you leave the page.</li>
            {approval === null ? <li>Where the policy asks for a second person, the request waits until somebody else who may open approves it.</li> : null}
          </ul>
          {act.error === null ? null : <ErrorNote error={act.error} />}
          <div className={styles['footer']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="primary" isPending={act.isBusy} isDisabled={chosen.length === 0 || reason.length < REASON_MIN}>
              {chosen.length === 1 ? 'Reveal 1 field' : chosen.length === 0 ? 'Reveal' : `Reveal ${chosen.length} fields`}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Waiting({ approval, onClose }: { readonly approval: Approval; readonly onClose: () => void }): ReactNode {
  const address = `${location.origin}/approvals?approval=${approval.id}`;
  return (
    <div className={styles['form']}>
      <p>The policy asks for a second person to open {approval.fields?.join(', ') ?? 'these fields'}. Your request waits, with your reason, until <DayText unix_ms={Date.parse(approval.until)} />.</p>
      <p>Anybody else who may open sealed values finds it under <Link to="/approvals">Approvals</Link>. You can send them this address:</p>
      <p className={styles['address']}>
        <code>{address}</code> <CopyButton text={address} label="Copy the address of the request" />
      </p>
      <p>When it is approved, this trace offers to open them, once.</p>
      <div className={styles['footer']}>
        <Button look="primary" onPress={onClose} autoFocus>
          Close
        </Button>
      </div>
    </div>
  );
}
