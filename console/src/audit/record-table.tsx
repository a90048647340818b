/** Records as a table; on narrow windows each becomes a block. */
import { Link } from '@tanstack/react-router';
import { CircleHelp, KeyRound, type LucideIcon, ServerCog, SquareTerminal, User } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { AuditRecord } from '#api/audit.ts';
import { count, plural } from '#time/format.ts';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './audit.module.css';
import type { Names } from './use-names.ts';
import { actionWords, linkOf, thingOf } from './words.ts';

export interface RecordTableProps {
  readonly records: readonly AuditRecord[];
  readonly names: Names;
  readonly onWho: (who: string) => void;
  readonly onResource: (resource: string) => void;
}

const COLUMNS = ['When', 'Who', 'What', 'Shown', 'Outcome'];
const KINDS: Readonly<Record<string, LucideIcon>> = { person: User, token: KeyRound, 'command line': SquareTerminal, server: ServerCog };

/** Rows do not change: what is typed above them draws none anew. */
export const RecordTable = memo(function RecordTable({ records, names, onWho, onResource }: RecordTableProps): ReactNode {
  return (
    <div className={styles['records']}>
      <PlainTable label="Records" columns={COLUMNS} rows={records.map((record) => ({ id: record.id, cells: cellsOf(record, names, onWho, onResource) }))} />
    </div>
  );
});

function cellsOf(record: AuditRecord, names: Names, onWho: (who: string) => void, onResource: (resource: string) => void): ReactNode[] {
  const { time, count: times, rows } = record;
  return [
    <span key="when" className={styles['when']}>
      <TimeText unix_ms={Date.parse(time)} />
      {times === 1 ? null : <span className={styles['quiet']}>{plural(times, 'time')}</span>}
    </span>,
    <Who key="who" record={record} names={names} onWho={onWho} />,
    <What key="what" record={record} name={names.get(record.resource)} onResource={onResource} />,
    <span key="rows" className={styles['rows']}>
      {rows === null ? '' : count(rows)}
    </span>,
    <Told key="outcome" record={record} />,
  ];
}

function Who({ record: { who, whoId, whoKind, network }, names, onWho }: { readonly record: AuditRecord; readonly names: Names; readonly onWho: (who: string) => void }): ReactNode {
  const Shape = KINDS[whoKind] ?? CircleHelp;
  // Some have said who they are by id alone.
  const name = (whoKind === 'token' && who === (whoId ?? who) ? names.get(`token:${who}`) : undefined) ?? (who === 'unknown' ? 'nobody known' : who);
  return (
    <span className={styles['who']}>
      <Shape aria-hidden size={14} />
      <button type="button" title={`Only of ${name}${whoId === null ? '' : ` (${whoId})`}`} onClick={() => onWho(whoId ?? who)}>
        {name}
      </button>
      {whoKind === 'token' ? <span className={styles['quiet']}>token</span> : null}
      {network === null ? null : <span className={styles['quiet']}>from {network}</span>}
    </span>
  );
}

function What({ record: { action, resource, route, filter, reason, entry }, name, onResource }: { readonly record: AuditRecord; readonly name: string | undefined; readonly onResource: (resource: string) => void }): ReactNode {
  const [link, thing] = [linkOf(resource), thingOf(resource)];
  return (
    <span className={styles['what']}>
      <span title={`${action}, ${route}`}>{actionWords(action)}</span>
      {thing === '' ? null : (
        <span className={styles['thing']}>
          {link === null ? (
            <code title={resource}>{name ?? thing}</code>
          ) : (
            <Link to={link.to} search={link.search} title={resource}>
              <code>{name ?? thing}</code>
            </Link>
          )}
          <button type="button" className={styles['only']} onClick={() => onResource(resource)}>
            only this
          </button>
        </span>
      )}
      <Link to="/integrity" search={{ entry }} className={styles['entry'] ?? ''} title="The entry of the log that commits to this record">
        entry {count(entry)}
      </Link>
      {reason === null ? null : <span className={styles['more']}>“{reason}”</span>}
      {filter === null ? null : <code className={styles['more']}>{filter}</code>}
    </span>
  );
}

function Told({ record: { outcome, code } }: { readonly record: AuditRecord }): ReactNode {
  if (outcome === 'allowed' || code === 'not_found') return <span className={styles['quiet']}>{outcome === 'allowed' ? outcome : 'not there'}</span>;
  return (
    <span title={code ?? outcome}>
      <State state={outcome === 'refused' ? 'restricted' : 'error'}>{outcome}</State>
    </span>
  );
}
