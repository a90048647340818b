/** What lines and boxes mean. */
import type { ReactNode } from 'react';
import styles from './page.module.css';

export function Legend(): ReactNode {
  return (
    <ul className={styles['legend']} aria-label="What the lines mean">
      <li>
        <svg aria-hidden width="34" height="10">
          <path d="M1 3h15M18 7h15" className={styles['plain']} strokeWidth="1.5" />
          <path d="M18 7h15" className={styles['plain']} strokeWidth="5" />
        </svg>
        wider: more calls
      </li>
      <li>
        <svg aria-hidden width="34" height="10">
          <path d="M1 5h32" className={styles['bad']} strokeWidth="2.5" strokeDasharray="9 4" />
        </svg>
        ✕ from 1 % failed
      </li>
      <li>
        <svg aria-hidden width="34" height="10">
          <path d="M1 5h32" className={styles['bad']} strokeWidth="2.5" strokeDasharray="4 4" />
        </svg>
        ✕ from 5 % failed
      </li>
      <li>p95 of a service is that of its requests, whoever calls</li>
      <li>drag to move, Ctrl and wheel to zoom</li>
    </ul>
  );
}
