/** What the policy does to something, and by which of its rules; the rule leads to where it is explained. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { actionWords } from '#words';
import styles from './acting-rule.module.css';

export interface ActingRuleProps {
  /** Null: no rule names it. */
  readonly rule: string | null;
  /** A name of the policy's actions. */
  readonly action: string;
}

export function ActingRule({ rule, action }: ActingRuleProps): ReactNode {
  return (
    <span className={styles['acting']}>
      {actionWords(action)}
      {rule === null ? (
        <span title="No rule names it: what is recognized is replaced, and an allow-list drops what it does not name"> by default</span>
      ) : (
        <>
          {' by '}
          <RuleLink rule={rule} />
        </>
      )}
    </span>
  );
}

export function RuleLink({ rule }: { readonly rule: string }): ReactNode {
  return (
    <Link to="/policy" search={{ rule }} className={styles['rule'] ?? ''} title="The rule, with its reason, on the page of the policy">
      {rule}
    </Link>
  );
}
