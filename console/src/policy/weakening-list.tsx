/** What a policy removes less than another: named, each a sentence, marked by a shape and a word as well as by a colour. */
import { ShieldAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Weakening } from '#policy/weakening';
import { plural } from '#time/format.ts';
import styles from './policy.module.css';
import { Marked } from './words.tsx';

export interface WeakeningListProps {
  readonly weakenings: readonly Weakening[];
  /** `This proposal`, `This text`, `Version 3`. */
  readonly subject: string;
}

export function WeakeningList({ weakenings, subject }: WeakeningListProps): ReactNode {
  if (weakenings.length === 0) return null;
  return (
    <section aria-label="Weakened" className={styles['weakened']}>
      <h3>
        <ShieldAlert aria-hidden size={16} />
        {subject} weakens the policy in {plural(weakenings.length, 'way')}
      </h3>
      <ul>
        {weakenings.map(({ rule, sentence }, at) => (
          <li key={at}>
            <Marked text={sentence} />{rule === '' ? null : <span className={styles['quiet']}> Rule <code>{rule}</code></span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
