/** The rail: pages with their names. On narrow screens it lies at the bottom. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { openFindingsQuery } from '#api/findings.ts';
import { useMay } from '#api/session.ts';
import { keepRange } from './keep-range.ts';
import { Mark } from './mark.tsx';
import { PAGES } from './pages.ts';
import styles from './rail.module.css';

export function Rail(): ReactNode {
  return (
    <nav aria-label="Pages" className={styles['rail']}>
      <Link to="/search" className={styles['mark'] ?? ''} aria-label="Tracekeep, to the search">
        <Mark />
        <span>Tracekeep</span>
      </Link>
      <ul className={styles['pages']}>
        {PAGES.map(({ path, label, shape: Shape }) => (
          <li key={path}>
            <Link to={path} search={keepRange} className={styles['page'] ?? ''} activeProps={{ 'aria-current': 'page' }}>
              <Shape aria-hidden size={16} />
              <span>{label}</span>
              {path === '/findings' ? <OpenFindings /> : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How many are open; nothing while none is. */
function OpenFindings(): ReactNode {
  const may = useMay('finding.read');
  const { data } = useQuery({ ...openFindingsQuery, enabled: may });
  if (data === undefined || data.count === 0) return null;
  return (
    <span className={styles['many']} data-grave={data.severity >= 4 || undefined}>
      {data.count}
      {data.isMore ? '+' : ''}
      <span className="visually-hidden"> open</span>
    </span>
  );
}
