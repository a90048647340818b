/** One finding beside the list: what it says, where it can be seen, what was decided about it, and deciding. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { CLOSED, decide, type Finding, type FindingPlace, findingQuery } from '#api/findings.ts';
import { useMay } from '#api/session.ts';
import { plural } from '#time/format.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { CopyButton } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Severity } from '#ui/severity.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './findings.module.css';
import { statusWords } from './status-words.ts';

export function FindingDetails({ uid, known, onClose }: { readonly uid: string; readonly known: Finding | undefined; readonly onClose: () => void }): ReactNode {
  const { data = known, error, refetch } = useQuery(findingQuery(uid));
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (place.current !== null && place.current.getBoundingClientRect().top > innerHeight * 0.7) place.current.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <section ref={place} aria-label="Details of the finding" className={styles['details']}>
      <header className={styles['head']}>
        <h2>{data?.finding_info.title ?? 'Finding'}</h2>
        <IconButton label="Close the details" keys="esc" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={styles['body']}>{data !== undefined ? <Told finding={data} /> : error !== null ? <ErrorNote error={error} retry={() => void refetch()} /> : <SkeletonRows rows={5} height="22px" label="The finding is being fetched" />}</div>
    </section>
  );
}

function Told({ finding }: { readonly finding: Finding }): ReactNode {
  const { finding_info, severity_id, status_id, message, comment, evidences, resources, metadata, unmapped } = finding;
  const { analytic, first_seen_time, last_seen_time, modified_time, uid } = finding_info;
  const by = unmapped?.status_changed_by;
  return (
    <>
      <p className={styles['says']}>{message}</p>
      <dl className={styles['facts']}>
        <Fact name="Severity"><Severity id={severity_id} /></Fact>
        <Fact name="Status">
          {statusWords(status_id)}
          {modified_time === undefined ? null : <span>, since <TimeText unix_ms={modified_time} />{by === undefined ? '' : `, by ${by.name ?? by.is}`}</span>}
        </Fact>
        {comment === undefined ? null : <Fact name="Comment"><q>{comment}</q></Fact>}
        <Fact name="Seen">{plural(finding.count, 'time')}{finding.count === 1 ? null : <>, first <TimeText unix_ms={first_seen_time} /></>}, last <TimeText unix_ms={last_seen_time} /></Fact>
        <Fact name="Found by">{analytic.name} <code>{analytic.uid}</code></Fact>
        {metadata.tenant_uid === undefined ? <Fact name="Concerns">the whole deployment</Fact> : null}
        {resources.map(({ type, uid: id, name }) => <Fact key={`${type} ${id}`} name={type}>{name ?? id}</Fact>)}
        <Fact name="Id"><code>{uid}</code> <CopyButton text={uid} label="Copy the id of the finding" /></Fact>
      </dl>
      {evidences.length === 0 ? null : (
        <section>
          <h3>Where it can be seen</h3>
          <ul className={styles['places']}>
            {evidences.map(({ data }, at) => (
              <li key={at}><Place place={data} /></li>
            ))}
          </ul>
        </section>
      )}
      <Decide finding={finding} />
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A link where there is something to look at. */
function Place({ place: { trace_id, span_id, block, row, entry, producer_id } }: { readonly place: FindingPlace }): ReactNode {
  const isTrace = trace_id !== undefined && /^[0-9a-f]{32}$/u.test(trace_id);
  return (
    <>
      {isTrace ? (
        <Link to="/traces/$id" params={{ id: trace_id }} search={span_id === undefined ? {} : { span: span_id }}>
          trace <code>{trace_id.slice(0, 16)}…</code>{span_id === undefined ? '' : <>, span <code>{span_id}</code></>}
        </Link>
      ) : null}
      {producer_id === undefined ? null : <Link to="/ingest" search={{ producer: producer_id }}>producer <code>{producer_id}</code></Link>}
      {entry === undefined ? null : <Link to="/integrity" search={{ entry: String(entry) }}>entry {entry}</Link>}
      {block === undefined ? null : <span>block {block}{row === undefined ? "" : `, row ${row}`}</span>}
    </>
  );
}

/** Ways on, by where it stands; each says what it means if the same is found again. */
function Decide({ finding: { status_id, finding_info } }: { readonly finding: Finding }): ReactNode {
  const client = useQueryClient();
  const may = useMay('finding.change');
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  if (!may) return <p className={styles['quiet']}>Administrators decide about findings.</p>;
  const to = async (status: number): Promise<void> => {
    setBusy(status);
    setError(null);
    try {
      const changed = await decide(finding_info.uid, status, comment.trim());
      client.setQueryData(findingQuery(finding_info.uid).queryKey, changed);
      setComment('');
      await client.invalidateQueries({ queryKey: ['findings'] });
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('cannot decide about the finding'));
    } finally {
      setBusy(0);
    }
  };
  const isClosed = CLOSED.includes(status_id);
  const button = (status: number, verb: string, look: 'plain' | 'primary' = 'plain'): ReactNode => (
    <Button look={look} isPending={busy === status} onPress={() => void to(status)}>
      {verb}
    </Button>
  );
  return (
    <section aria-label="Decide" className={styles['decide']}>
      <Field label="Comment" rows={2} value={comment} onChange={setComment} maxLength={1_024} note="Why: whoever looks later reads it. It stays with the finding." />
      {error === null ? null : <ErrorNote error={error} />}
      <div className={styles['ways']}>
        {isClosed ? button(1, 'Open again') : button(4, 'Close as resolved', 'primary')}
        {isClosed || status_id === 2 ? null : button(2, 'Take it on')}
        {status_id === 3 ? button(1, 'Stop suppressing') : isClosed ? null : button(3, 'Suppress')}
      </div>
      <p className={styles['quiet']}>A finding that was closed is new again when the same is found again; a suppressed one is only counted.</p>
    </section>
  );
}
