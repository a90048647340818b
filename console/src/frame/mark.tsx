/** The sign of the product: three spans, the last of them kept. */
import type { ReactNode } from 'react';
import styles from './rail.module.css';

export function Mark(): ReactNode {
  return (
    <svg aria-hidden viewBox="0 0 32 32" width="22" height="22" className={styles['sign']}>
      <rect width="32" height="32" rx="7" />
      <path d="M7 10h13M11 16h9M15 22h10" />
      <path d="M24 7.5v5" data-kept />
    </svg>
  );
}
