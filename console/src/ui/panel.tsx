/** A bordered part of a page with a heading. */
import type { ReactNode } from 'react';
import styles from './panel.module.css';

export interface PanelProps {
  readonly title?: string;
  /** Beside the heading. */
  readonly actions?: ReactNode;
  readonly note?: ReactNode;
  readonly children: ReactNode;
  /** Without inner padding: tables, charts. */
  readonly flush?: boolean;
}

export function Panel({ title, actions, note, children, flush = false }: PanelProps): ReactNode {
  return (
    <section className={styles['panel']} {...(title === undefined ? {} : { 'aria-label': title })}>
      {title === undefined ? null : (
        <header className={styles['header']}>
          <h2 className={styles['title']}>{title}</h2>
          {note === undefined ? null : <span className={styles['note']}>{note}</span>}
          {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
        </header>
      )}
      <div className={flush ? styles['flush'] : styles['body']}>{children}</div>
    </section>
  );
}

/** A figure with its name: rate, errors, a percentile. */
export function Figure({ name, value, note, tone }: { readonly name: string; readonly value: ReactNode; readonly note?: ReactNode; readonly tone?: 'error' | 'minimized' | 'verified' }): ReactNode {
  return (
    <div className={styles['figure']} data-tone={tone}>
      <span className={styles['name']}>{name}</span>
      <span className={styles['value']}>{value}</span>
      {note === undefined ? null : <span className={styles['under']}>{note}</span>}
    </div>
  );
}
