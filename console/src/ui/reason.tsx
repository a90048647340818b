/** Why something is done that the log keeps: typed by whoever does it, or the reason under which a second person approved it. */
import { type ReactNode, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { SEALING } from '#limits/sealing';
import { Field } from './field.tsx';
import styles from './reason.module.css';

export interface ReasonState {
  /** What is sent. */
  readonly text: string;
  readonly isEnough: boolean;
  readonly typed: string;
  readonly onType: (text: string) => void;
  /** Was given: its reason stands. */
  readonly approval: Approval | null;
}

export function useReason(approval: Approval | null): ReasonState {
  const [typed, onType] = useState('');
  const text = approval?.reason ?? typed.trim();
  return { text, isEnough: text.length >= SEALING.reveal_reason_characters_min, typed, onType, approval };
}

export interface ReasonProps {
  readonly reason: ReasonState;
  /** What was approved, once. */
  readonly about: string;
  /** What a reason looks like. */
  readonly hint: string;
}

export function Reason({ reason: { approval, typed, onType }, about, hint }: ReasonProps): ReactNode {
  if (approval === null) return <Field label="Reason" value={typed} onChange={onType} rows={2} maxLength={SEALING.reveal_reason_characters_max} autoFocus note={`${hint} Do not name the person here: the reason stays in the log for ever, with your name.`} />;
  return (
    <>
      <p>{approval.decidedBy?.name ?? 'Somebody'} approved it, for {about} and once.</p>
      <ReasonText text={approval.reason} />
    </>
  );
}

/** As somebody gave it. */
export function ReasonText({ text }: { readonly text: string }): ReactNode {
  return <blockquote className={styles['reason']}>{text}</blockquote>;
}
