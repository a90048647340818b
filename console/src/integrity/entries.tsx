/** Entries of the log, the newest first: type and time for everybody, what they say for administrators. One that is asked for by its index is open. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronDown, ChevronRight, Lock } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { entriesQuery, fetchEntry, type LogEntry } from '#api/log.ts';
import { useMay } from '#api/session.ts';
import { oneOf } from '#frame/address.ts';
import { count } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './entries.module.css';
import { ENTRY_TYPES, statementText, statementWords, typeWords } from './entry-words.ts';

const SHOWN = 25;
/** Of which those of one type are picked. */
const LOOKED_AT = 500;
const INDEX = /^[0-9]{1,15}$/u;

export function Entries({ size }: { readonly size: number }): ReactNode {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changed: Record<string, unknown>): void => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  const type = ENTRY_TYPES.find((one) => one === oneOf(search['type']));
  const [open, until] = [indexOf(search['entry']), indexOf(search['until'])];
  const limit = type === undefined ? SHOWN : LOOKED_AT;
  // With an entry that was asked for, the ones around it.
  const end = until ?? (open === undefined || open >= size - SHOWN ? undefined : open + Math.ceil(SHOWN / 2));
  const { data, error, refetch } = useQuery(entriesQuery(end === undefined ? undefined : Math.max(0, end - limit), limit, size));
  const entries = (data?.entries ?? []).filter((entry) => type === undefined || entry.type === type).reverse();
  const oldest = data?.entries[0]?.index ?? 0;
  return (
    <Panel
      title="Entries"
      note={end === undefined ? 'the newest first' : `up to ${count(end - 1)}`}
      flush
      actions={<Choice bare label="Type of entry" options={[{ id: 'any', label: 'All types' }, ...ENTRY_TYPES.map((id) => ({ id, label: id }))]} value={type ?? 'any'} onChange={(id) => change({ type: id === 'any' ? undefined : id, until: undefined, entry: undefined })} />}
    >
      {error !== null && data === undefined ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={6} height="32px" label="Entries are on their way" />
      ) : entries.length === 0 ? (
        <Empty title={type === undefined ? 'The log is empty' : `No entry of type ${type}`}>
          {type === undefined ? <p>The first entry is its signing key; then comes one for every block of spans that is stored.</p> : <p>None among the {count(data.entries.length)} entries looked at.</p>}
        </Empty>
      ) : (
        <ol className={styles['entries']} aria-label="Entries of the log">
          {entries.map((entry) => (
            <Entry key={entry.index} entry={entry} isOpen={entry.index === open} onOpen={(isOpen) => change({ entry: isOpen ? entry.index : undefined, until: end })} />
          ))}
        </ol>
      )}
      <div className={styles['ways']}>
        {end === undefined ? null : (
          <Button size="small" onPress={() => change({ until: undefined, entry: undefined })}>
            Newest
          </Button>
        )}
        {oldest === 0 ? null : (
          <Button size="small" onPress={() => change({ until: oldest, entry: undefined })}>
            Older
          </Button>
        )}
      </div>
    </Panel>
  );
}

function Entry({ entry: { index, time, type, statement }, isOpen, onOpen }: { readonly entry: LogEntry; readonly isOpen: boolean; readonly onOpen: (isOpen: boolean) => void }): ReactNode {
  const Shape = isOpen ? ChevronDown : ChevronRight;
  return (
    <li data-open={isOpen || undefined}>
      <button type="button" className={styles['entry']} aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        <Shape aria-hidden size={13} />
        <span className={styles['index']}>{index}</span>
        <code className={styles['type']}>{type}</code>
        <span className={styles['words']}>{statementWords(type, statement) || <i>{typeWords(type)}</i>}</span>
        <span className={styles['when']}>
          <TimeText unix_ms={Date.parse(time)} />
        </span>
      </button>
      {isOpen ? (
        <div className={styles['body']}>
          <p>{typeWords(type)}.</p>
          {statement === undefined ? <p>What it says is shown to administrators; everybody can check that it stands in the log.</p> : statement === null ? <p>What it says belongs to another tenant, or is not written to the store yet.</p> : <Snippet label={`what entry ${index} says`} text={statementText(statement)} />}
          {statement === undefined || statement === null || type === 'block' ? null : <ClosedPart index={index} />}
        </div>
      ) : null}
    </li>
  );
}

/** Names, and who did it: shown when somebody asks, because asking is recorded. */
function ClosedPart({ index }: { readonly index: number }): ReactNode {
  const may = useMay('entry.read');
  const [closed, setClosed] = useState<string | null | undefined>(undefined);
  const [error, setError] = useState<Error | null>(null);
  if (!may) return null;
  const ask = (): void => {
    fetchEntry(index).then((body) => setClosed(body.closed), (caught: unknown) => setError(caught instanceof Error ? caught : new Error('cannot read the entry')));
  };
  if (error !== null) return <ErrorNote error={error} retry={ask} />;
  if (closed === null) return <p>The closed part concerns all tenants and is not shown to one.</p>;
  if (closed !== undefined) return <Snippet label={`the closed part of entry ${index}`} text={statementText(closed)} />;
  return (
    <p className={styles['closed']}>
      <Button size="small" onPress={ask}>
        <Lock aria-hidden />
        Show the closed part
      </Button>
      Names, and who did it. That you read it is recorded.
    </p>
  );
}

function indexOf(value: unknown): number | undefined {
  const text = oneOf(value) ?? (typeof value === 'number' ? String(value) : '');
  return INDEX.test(text) ? Number(text) : undefined;
}
