/** States, each with a colour, a shape and a word: told apart without colour, and by a screen reader. */
import { CircleDashed, Lock, OctagonAlert, PencilLine, ShieldCheck } from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import styles from './state.module.css';

export type StateName = 'verified' | 'minimized' | 'restricted' | 'error' | 'expired';

const SHAPES: Readonly<Record<StateName, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>>> = {
  verified: ShieldCheck,
  minimized: PencilLine,
  restricted: Lock,
  error: OctagonAlert,
  expired: CircleDashed,
};

export function State({ state, children }: { readonly state: StateName; readonly children: ReactNode }): ReactNode {
  const Shape = SHAPES[state];
  return (
    <span className={styles['state']} data-state={state}>
      <Shape aria-hidden size={13} />
      {children}
    </span>
  );
}
