/** What became of a step, by shape and word as well as by colour. */
import { ArrowDown, ArrowUp, Equal, type LucideIcon, PanelLeft, PanelRight } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './compare.module.css';
import type { Verdict } from './match.ts';

export const VERDICTS: Readonly<Record<Verdict, { readonly word: string; readonly shape: LucideIcon }>> = {
  slower: { word: 'slower in B', shape: ArrowUp },
  faster: { word: 'faster in B', shape: ArrowDown },
  left: { word: 'only in A', shape: PanelLeft },
  right: { word: 'only in B', shape: PanelRight },
  same: { word: 'same', shape: Equal },
};

export function VerdictMark({ verdict, children }: { readonly verdict: Verdict; readonly children?: ReactNode }): ReactNode {
  const { word, shape: Shape } = VERDICTS[verdict];
  return (
    <span className={styles['verdict']} data-verdict={verdict}>
      <Shape aria-hidden size={13} />
      {children} {word}
    </span>
  );
}
