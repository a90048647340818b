/** Choosing the trace to compare with: by its id, from those opened lately, or from others of the same operation. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { get } from '#api/client.ts';
import type { SearchPage } from '#api/search-types.ts';
import type { TraceModel } from '#outline/model.ts';
import { nameOf, serviceOf } from '#outline/outline.ts';
import { recentTraces } from '#outline/recent-traces.ts';
import { duration, instant, millisOf, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import styles from './compare-dialog.module.css';

const HOUR_MS = 3_600_000;
const TRACE_ID = /[0-9a-f]{32}/;

export function CompareDialog({ model, isOpen, onClose }: { readonly model: TraceModel; readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const { outline, root } = model;
  const service = serviceOf(outline, root);
  const operation = nameOf(outline, root);
  const start_ms = millisOf(outline.startTimeUnixNano);
  const others = useQuery({
    queryKey: ['compare with', outline.traceId],
    queryFn: ({ signal }) => get<SearchPage>('/api/v1/search', { service, operation, start: new Date(start_ms - HOUR_MS).toISOString(), end: new Date(start_ms + HOUR_MS).toISOString(), limit: 20 }, signal),
    enabled: isOpen,
  });
  const recent = recentTraces().filter(({ id }) => id !== outline.traceId);
  const found = (others.data?.traces ?? []).filter(({ traceId }) => traceId !== outline.traceId);
  const go = (id: string): void => {
    onClose();
    void navigate({ to: '/compare/$a/$b', params: { a: outline.traceId, b: id } });
  };
  const wanted = TRACE_ID.exec(text.trim().toLowerCase())?.[0];
  return (
    <Dialog title="Compare with another trace" isOpen={isOpen} onClose={onClose} width="wide">
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== undefined) go(wanted);
        }}
      >
        <Field label="Trace id, or a link to it" value={text} onChange={setText} autoFocus error={text.trim() !== '' && wanted === undefined ? 'A trace id has 32 characters, 0 to 9 and a to f.' : undefined} />
        <Button type="submit" look="primary" isDisabled={wanted === undefined}>
          Compare
        </Button>
      </form>
      <section>
        <h3 className={styles['title']}>Others of this operation, within an hour</h3>
        {others.error !== null ? (
          <ErrorNote error={others.error} retry={() => void others.refetch()} />
        ) : others.data === undefined ? (
          <SkeletonRows rows={4} height="28px" />
        ) : found.length === 0 ? (
          <p className={styles['none']}>There is none.</p>
        ) : (
          <ul className={styles['list']}>
            {found.map((one) => (
              <Candidate key={one.traceId} service={one.rootService} name={one.rootName} start_ms={millisOf(one.startTimeUnixNano)} length={Number(one.durationNano)} note={`${plural(one.spanCount, 'span')}${one.errorCount === 0 ? '' : `, ${plural(one.errorCount, 'error')}`}`} onPick={() => go(one.traceId)} />
            ))}
          </ul>
        )}
      </section>
      {recent.length === 0 ? null : (
        <section>
          <h3 className={styles['title']}>Opened lately in this browser</h3>
          <ul className={styles['list']}>
            {recent.map((one) => (
              <Candidate key={one.id} service={one.service} name={one.name} start_ms={one.start_ms} length={one.duration} note="" onPick={() => go(one.id)} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

interface CandidateProps {
  readonly service: string;
  readonly name: string;
  readonly start_ms: number;
  readonly length: number;
  readonly note: string;
  readonly onPick: () => void;
}

function Candidate({ service, name, start_ms, length, note, onPick }: CandidateProps): ReactNode {
  return (
    <li>
      <button type="button" className={styles['candidate']} onClick={onPick}>
        <ServiceName name={service} />
        <span className={styles['name']}>{name}</span>
        <span className={styles['note']}>{note}</span>
        <b>{duration(length)}</b>
        <span className={styles['when']}>{instant(start_ms)}</span>
      </button>
    </li>
  );
}
