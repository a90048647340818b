/** One rule, told: what, whose, what becomes of it, why, and how often it acted lately. */
import { type ReactNode, useEffect, useRef } from 'react';
import { plural } from '#time/format.ts';
import { isRestrictRule, type RestrictRule, type Rule } from '#policy/document';
import { actionName } from '#policy/action';
import { actionWords } from '#words';
import styles from './rule-card.module.css';
import { ruleWords } from './rule-words.ts';
import { Told } from './words.tsx';

export interface RuleCardProps {
  readonly rule: Rule | RestrictRule;
  readonly at: number;
  /** Values of the last hour that it decides about; null if that is not known. */
  readonly acted: number | null;
  /** Whoever came here came for this one. */
  readonly isShown: boolean;
}

export function RuleCard({ rule, at, acted, isShown }: RuleCardProps): ReactNode {
  const { what, whom, then } = ruleWords(rule);
  const name = isRestrictRule(rule) ? rule.action : actionName(rule.action);
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isShown) return undefined;
    const show = (): void => place.current?.scrollIntoView({ block: 'center' });
    show();
    // Again when the page around it stands: what is above may have come in the same moment.
    const later = requestAnimationFrame(() => requestAnimationFrame(show));
    return () => cancelAnimationFrame(later);
  }, [isShown]);
  return (
    <li ref={place} className={styles['rule']} aria-current={isShown || undefined}>
      <header className={styles['head']}>
        <span className={styles['at']}>{at}</span>
        <h3><code>{rule.id}</code></h3>
        <span className={styles['action']} data-keeps={name === 'keep' || undefined}>{actionWords(name)}</span>
        {acted === null ? null : <span className={styles['acted']}>{acted === 0 ? 'nothing of the last hour' : `${plural(acted, 'value')} of the last hour`}</span>}
      </header>
      <p className={styles['says']}>
        <Told words={what} /> <span className={styles['arrow']} aria-hidden>→</span> <strong><Told words={then} /></strong>.
      </p>
      <p className={styles['whom']}><Told words={whom} />.</p>
      {rule.reason === undefined ? <p className={styles['noreason']}>No reason is given.</p> : <p className={styles['reason']}>{rule.reason}</p>}
    </li>
  );
}
