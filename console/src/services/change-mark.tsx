/** How a figure changed against the period before: an arrow, a size, and a colour where it is better or worse. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './change-mark.module.css';
import type { Change } from './figures.ts';

/** `changedOnly`: nothing where nothing changed, for lists. */
export function ChangeMark({ change, changedOnly = false }: { readonly change: Change | null; readonly changedOnly?: boolean }): ReactNode {
  if (change === null || (changedOnly && change.tone === 'same')) return null;
  const Arrow = change.direction === 'up' ? ArrowUp : change.direction === 'down' ? ArrowDown : null;
  const word = change.tone === 'worse' ? 'worse: ' : change.tone === 'better' ? 'better: ' : '';
  return (
    <span className={styles['change']} data-tone={change.tone}>
      {Arrow === null ? null : <Arrow aria-hidden size={11} />}
      <span className="visually-hidden">{word}</span>
      {change.text}
    </span>
  );
}
