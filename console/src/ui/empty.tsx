/** Nothing here yet: why, and the next step, with something to press or to copy. */
import type { ReactNode } from 'react';
import styles from './empty.module.css';

export function Empty({ title, children, picture }: { readonly title: string; readonly children?: ReactNode; readonly picture?: ReactNode }): ReactNode {
  return (
    <div className={styles['empty']}>
      {picture === undefined ? null : (
        <div aria-hidden className={styles['picture']}>
          {picture}
        </div>
      )}
      <h2>{title}</h2>
      <div className={styles['text']}>{children}</div>
    </div>
  );
}
