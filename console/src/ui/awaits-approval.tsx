/** What is left of a dialog when the act waits for a second person: until when, who finds the request and where, and how it goes on. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Approval } from '#api/approvals.ts';
import styles from './awaits-approval.module.css';
import { Button } from './button.tsx';
import { CopyButton } from './copy.tsx';
import { DayText } from './time-text.tsx';

export const AWAITS_TITLE = 'A second person has to approve it';

export interface AwaitsApprovalProps {
  readonly approval: Approval;
  /** What did not happen yet. */
  readonly nothing: ReactNode;
  /** What somebody else has to be allowed, too. */
  readonly act: string;
  /** What they are told of it. */
  readonly shown: string;
  /** What whoever asked does then. */
  readonly next: string;
  readonly onClose: () => void;
}

export function AwaitsApproval({ approval: { id, until }, nothing, act, shown, next, onClose }: AwaitsApprovalProps): ReactNode {
  const address = `${location.origin}/approvals?approval=${id}`;
  return (
    <div className={styles['stack']}>
      <p>{nothing} Your request waits, with your reason, until <DayText unix_ms={Date.parse(until)} />.</p>
      <p>Anybody else who may {act} finds it under <Link to="/approvals">Approvals</Link>, and sees {shown}. You can send them this address:</p>
      <p className={styles['address']}>
        <code>{address}</code> <CopyButton text={address} label="Copy the address of the request" />
      </p>
      <p>{next}</p>
      <div className={styles['footer']}>
        <Button look="primary" onPress={onClose} autoFocus>
          Close
        </Button>
      </div>
    </div>
  );
}
