/** The rail: the pages that whoever is signed in may use, by name. On narrow screens it lies at the bottom, with the first few and a menu of the rest. */
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { approvalsQuery, forMe } from '#api/approvals.ts';
import { openFindingsQuery } from '#api/findings.ts';
import { useMay, useSession } from '#api/session.ts';
import { Button } from '#ui/button.tsx';
import { Menu } from '#ui/menu.tsx';
import { keepRange } from './keep-range.ts';
import { Mark } from './mark.tsx';
import { pageAt, pagesFor, type RailPage } from './pages.ts';
import styles from './rail.module.css';

/** Beside each other on a phone, the menu not counted: as many as a thumb tells apart. */
const NARROW_MAX = 4;

export function Rail(): ReactNode {
  const pages = pagesFor(useSession()?.mayDo ?? []);
  const here = pageAt(useLocation({ select: ({ pathname }) => pathname }));
  return (
    <nav aria-label="Pages" className={styles['rail']}>
      <Link to="/" className={styles['mark'] ?? ''} aria-label="Tracekeep, to the first page">
        <Mark />
        <span>Tracekeep</span>
      </Link>
      <ul className={styles['pages']}>
        {pages.map(({ path, label, shape: Shape }, at) => (
          <li key={path} data-late={(at >= NARROW_MAX && pages.length > NARROW_MAX + 1) || undefined}>
            <Link to={path} search={keepRange} className={styles['page'] ?? ''} {...(here?.path === path ? { 'aria-current': 'page' } : {})}>
              <Shape aria-hidden size={16} />
              <span>{label}</span>
              {path === '/findings' ? <OpenFindings /> : path === '/approvals' ? <WaitingApprovals /> : null}
            </Link>
          </li>
        ))}
        {pages.length > NARROW_MAX + 1 ? (
          <li className={styles['more']}>
            <More pages={pages.slice(NARROW_MAX)} here={here} />
          </li>
        ) : null}
      </ul>
    </nav>
  );
}

function More({ pages, here }: { readonly pages: readonly RailPage[]; readonly here: RailPage | undefined }): ReactNode {
  const navigate = useNavigate();
  const shown = pages.find(({ path }) => path === here?.path);
  return (
    <Menu
      label="More pages"
      trigger={
        <Button look="quiet" className={styles['page'] ?? ''} {...(shown === undefined ? {} : { 'data-current': true })}>
          <Ellipsis aria-hidden size={16} />
          <span>
            More<span className="visually-hidden"> pages{shown === undefined ? '' : `, now ${shown.label}`}</span>
          </span>
          {pages.some(({ path }) => path === '/approvals') ? <WaitingApprovals /> : null}
        </Button>
      }
      entries={pages.map(({ path, label, shape: Icon }) => ({ id: path, label, shape: <Icon aria-hidden />, act: () => void navigate({ to: path, search: keepRange }) }))}
    />
  );
}

/** How many wait for whoever is here; nothing while none does. */
function WaitingApprovals(): ReactNode {
  const waiting = forMe(useQuery(approvalsQuery).data);
  if (waiting === 0) return null;
  return (
    <span className={styles['many']} data-asked>
      {waiting}
      <span className="visually-hidden"> waiting for you</span>
    </span>
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
