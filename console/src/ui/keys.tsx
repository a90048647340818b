/** Keys of the keyboard as they are printed on it: `ctrl+k`, `j`. */
import type { ReactNode } from 'react';
import styles from './keys.module.css';

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Readonly<Record<string, string>> = { ctrl: MAC ? '⌘' : 'Ctrl', up: '↑', down: '↓', left: '←', right: '→', enter: '↵', esc: 'Esc', shift: '⇧' };

export function Keys({ keys }: { readonly keys: string }): ReactNode {
  return (
    <span className={styles['keys']}>
      {keys.split('+').map((key) => (
        <kbd key={key} className={styles['key']}>
          {NAMES[key] ?? key}
        </kbd>
      ))}
    </span>
  );
}
