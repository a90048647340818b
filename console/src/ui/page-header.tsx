/** The head of a page: what it is, one line of context, what can be done. */
import type { ReactNode } from 'react';
import styles from './page-header.module.css';

export function PageHeader({ title, children, actions }: { readonly title: ReactNode; readonly children?: ReactNode; readonly actions?: ReactNode }): ReactNode {
  return (
    <header className={styles['header']}>
      <div className={styles['words']}>
        <h1>{title}</h1>
        {children === undefined ? null : <p className={styles['context']}>{children}</p>}
      </div>
      {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
    </header>
  );
}

/** The column of a page below the bar. */
export function Page({ children, wide = false }: { readonly children: ReactNode; readonly wide?: boolean }): ReactNode {
  return <div className={wide ? styles['wide'] : styles['page']}>{children}</div>;
}
