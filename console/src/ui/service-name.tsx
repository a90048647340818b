/** A service with its colour, the same everywhere. */
import type { ReactNode } from 'react';
import { serviceColour } from '#colours/service-colour.ts';
import styles from './service-name.module.css';

export function ServiceName({ name, children }: { readonly name: string; readonly children?: ReactNode }): ReactNode {
  return (
    <span className={styles['service']}>
      <span aria-hidden className={styles['dot']} style={{ background: serviceColour(name) }} />
      <span className={styles['name']}>{name === '' ? 'no service name' : name}</span>
      {children}
    </span>
  );
}
