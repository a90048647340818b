/** Applying, approving and reverting: who has to agree, and what each did. */
import { Link } from '@tanstack/react-router';
import { ShieldCheck, UserCheck } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Applied, ApprovalMode, InForceNow } from '#api/policy.ts';
import styles from './policy.module.css';

/** Whether somebody else has to approve. */
export function needsApproval(mode: ApprovalMode, weakens: boolean): boolean {
  return mode === 'always' || (mode === 'weakening' && weakens);
}

export function ResultNote({ result }: { readonly result: Applied }): ReactNode {
  const { applied } = result;
  // Whoever works by keyboard goes on from here, and not in the text that they just applied.
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), [result]);
  return (
    <div ref={place} role="status" tabIndex={-1} className={styles['result']}>
      <strong>
        {applied ? <ShieldCheck aria-hidden size={16} /> : <UserCheck aria-hidden size={16} />}
        {applied ? inForceText(result) : 'Proposed: a second person approves it'}
      </strong>
      <p>
        {applied
          ? 'Everything that arrives from now on is minimized by it. What was stored before stays as it is; each block names the policy that made it.'
          : 'The policy in force stays as it is until another administrator approves the proposal on the page of the policy.'}
      </p>
      <div className={styles['ways']}>
        <Link to="/policy" className={styles['link'] ?? ''}>To the policy</Link>
        <Link to="/policy/history" className={styles['link'] ?? ''}>History</Link>
      </div>
    </div>
  );
}

function inForceText({ version, boundary, pending, unchanged }: InForceNow): string {
  if (unchanged) return `Nothing changed: it is the text of version ${version}, which is in force`;
  if (pending) return `Version ${version} is kept, and will be in force as soon as the log knows it`;
  return `Version ${version} is in force${boundary === null ? '; its rules are those of the version before' : ` since block ${boundary}`}`;
}
