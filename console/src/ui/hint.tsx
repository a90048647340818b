/** A short text that appears on hover and keyboard focus. Never the only place where something is said. */
import type { ReactNode } from 'react';
import { Tooltip, TooltipTrigger } from 'react-aria-components';
import styles from './hint.module.css';
import { Keys } from './keys.tsx';

export function Hint({ text, keys, children }: { readonly text: string; readonly keys?: string | undefined; readonly children: ReactNode }): ReactNode {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <Tooltip className={styles['hint'] ?? ''} offset={6}>
        {text}
        {keys === undefined ? null : <Keys keys={keys} />}
      </Tooltip>
    </TooltipTrigger>
  );
}
