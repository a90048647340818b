/** One request that is open: what somebody wants to do and why, until when, and what can be done about it. */
import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Approval } from '#api/approvals.ts';
import { ago } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ReasonText } from '#ui/reason.tsx';
import { State } from '#ui/state.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './approvals.module.css';
import { askedFor } from './words.ts';

export interface RequestProps {
  readonly approval: Approval;
  readonly now_ms: number;
  /** The address names it. */
  readonly isNamed: boolean;
  readonly onDecide: (verdict: 'approve' | 'decline') => void;
}

export function Request({ approval, now_ms, isNamed, onDecide }: RequestProps): ReactNode {
  const { by, made, until, reason, trace, subject, mine, state, decidedBy } = approval;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isNamed) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isNamed]);
  return (
    <li ref={place} className={styles['request']} data-named={isNamed || undefined}>
      <div className={styles['told']}>
        <p>
          <strong>{mine ? 'You' : by.name}</strong> {mine ? 'want' : 'wants'} to {askedFor(approval)}, asked {ago(Date.parse(made), now_ms)}
        </p>
        <ReasonText text={reason} />
        <p className={styles['quiet']}>
          {trace !== null ? <Link to="/traces/$id" params={{ id: trace }} search={{}}>Trace {trace.slice(0, 8)}…</Link> : null}
          {typeof subject === 'string' ? <>Person <code>{subject.slice(0, 12)}…</code></> : null}
          <span>
            {state === 'approved' ? 'to be used until ' : 'to be decided until '}
            <DayText unix_ms={Date.parse(until)} />
          </span>
        </p>
      </div>
      <div className={styles['ways']}>
        {mine ? (
          <>
            {state === 'approved' ? (
              <span className={styles['given']}><CircleCheck aria-hidden size={14} /> {decidedBy?.name ?? 'Somebody'} approved it</span>
            ) : (
              <State state="expired">waits for a second person</State>
            )}
            {state === 'approved' ? <Use approval={approval} /> : <Button size="small" onPress={() => onDecide('decline')}>Take it back</Button>}
          </>
        ) : (
          <>
            <Button size="small" look="primary" onPress={() => onDecide('approve')} aria-label={`Approve what ${by.name} asks for…`}>
              Approve…
            </Button>
            <Button size="small" onPress={() => onDecide('decline')} aria-label={`Decline what ${by.name} asks for…`}>
              Decline…
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

/** Leads to where it is used. */
function Use({ approval: { id, kind, trace } }: { readonly approval: Approval }): ReactNode {
  if (kind === 'reveal' && trace !== null) {
    return <Link className={styles['use'] ?? ''} to="/traces/$id" params={{ id: trace }} search={{ approval: id }}>Open them</Link>;
  }
  return <Link className={styles['use'] ?? ''} to="/forget" search={{}}>{kind === 'forget' ? 'Forget them' : 'Export it'}</Link>;
}
