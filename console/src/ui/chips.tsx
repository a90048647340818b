/** A few short names side by side, such as roles. */
import type { ReactNode } from 'react';
import styles from './chips.module.css';

export function Chips({ names, none = '–' }: { readonly names: readonly string[]; readonly none?: string }): ReactNode {
  if (names.length === 0) return none;
  return (
    <ul className={styles['chips']}>
      {names.map((name) => (
        <li key={name} className={styles['chip']}>
          {name}
        </li>
      ))}
    </ul>
  );
}
