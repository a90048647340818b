/** Why something is done to a person, or the reason under which it was approved; and that it waits for somebody else. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Approval } from '#api/approvals.ts';
import { Button } from '#ui/button.tsx';
import { Field } from '#ui/field.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './forget.module.css';

export const REASON_MIN = 3;
const REASON_MAX = 500;

export function Reason({ approval, typed, onType }: { readonly approval: Approval | null; readonly typed: string; readonly onType: (text: string) => void }): ReactNode {
  if (approval === null) return <Field label="Reason" value={typed} onChange={onType} rows={2} maxLength={REASON_MAX} autoFocus note="Such as the number of their request. Do not name the person here: the reason stays in the log for ever." />;
  return (
    <>
      <p>{approval.decidedBy?.name ?? 'Somebody'} approved it, for this person and once.</p>
      <blockquote className={styles['reason']}>{approval.reason}</blockquote>
    </>
  );
}

export interface WaitsForApprovalProps {
  readonly approval: Approval;
  /** What did not happen yet. */
  readonly nothing: string;
  /** What somebody else has to be allowed, too. */
  readonly who: string;
  readonly onClose: () => void;
}

export function WaitsForApproval({ approval, nothing, who, onClose }: WaitsForApprovalProps): ReactNode {
  return (
    <div className={styles['stack']}>
      <p>
        {nothing} Somebody else who may {who} finds your request under <Link to="/approvals">Approvals</Link>, until <DayText unix_ms={Date.parse(approval.until)} />. They see a digest, not the name.
      </p>
      <p>When it is approved, find the person again on this page.</p>
      <div className={styles['footer']}>
        <Button look="primary" onPress={onClose} autoFocus>
          Close
        </Button>
      </div>
    </div>
  );
}
