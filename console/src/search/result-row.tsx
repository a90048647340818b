/** One trace of the list, in a size that does not depend on what it holds. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, memo } from 'react';
import type { ServiceCount, TraceSummary } from '#api/search-types.ts';
import { serviceColour } from '#colours/service-colour.ts';
import { ago, count, duration, millisOf, plural } from '#time/format.ts';
import { State } from '#ui/state.tsx';
import styles from './result-row.module.css';

export interface ResultRowProps {
  readonly trace: TraceSummary;
  /** The longest of the list, nanoseconds. */
  readonly longest: number;
  readonly now_ms: number;
  /** Filters are set, so that how many spans matched says something. */
  readonly filtered: boolean;
  readonly isChosen: boolean;
  readonly isFresh: boolean;
  readonly onChoose: (id: string) => void;
  readonly onService: (name: string) => void;
}

/** More than fit; those that do not are cut off as a whole. */
const SERVICES_SHOWN = 8;

export const ResultRow = memo(function ResultRow({ trace, longest, now_ms, filtered, isChosen, isFresh, onChoose, onService }: ResultRowProps): ReactNode {
  const { traceId, rootService, rootName, errorCount, spanCount, minimizedCount, sealedCount, matchedSpanCount } = trace;
  const start_ms = millisOf(trace.startTimeUnixNano);
  const share = Math.min(1, Number(trace.durationNano) / Math.max(1, longest));
  const name = rootName === '' ? 'span without a name' : rootName;
  return (
    <article className={styles['row']} data-chosen={isChosen || undefined} data-fresh={isFresh || undefined} data-failed={errorCount > 0 || undefined}>
      <label className={styles['choose']}>
        <input type="checkbox" checked={isChosen} onChange={() => onChoose(traceId)} aria-label={`Choose ${rootService} ${name} to compare`} />
      </label>
      <div className={styles['title']}>
        <span className={styles['root']}>
          <i aria-hidden className={styles['dot']} style={{ background: serviceColour(rootService) }} />
          <span>{rootService === '' ? 'no service name' : rootService}</span>
        </span>
        <Link to="/traces/$id" params={{ id: traceId }} {...(filtered && trace.matchedSpanIds[0] !== undefined ? { search: { span: trace.matchedSpanIds[0] } } : {})} className={styles['link'] ?? ''} data-row-link title={name}>
          {name}
        </Link>
        {errorCount === 0 ? null : (
          <State state="error">
            {count(errorCount)} <span className={styles['word']}>{errorCount === 1 ? 'error' : 'errors'}</span>
          </State>
        )}
        {minimizedCount === 0 ? null : (
          <State state="minimized">
            {count(minimizedCount)} <span className={styles['word']}>replaced</span>
          </State>
        )}
        {sealedCount === 0 ? null : (
          <State state="restricted">
            {count(sealedCount)} <span className={styles['word']}>sealed</span>
          </State>
        )}
      </div>
      <div className={styles['services']}>
        <span className={styles['spans']}>
          {plural(spanCount, 'span')}
          {trace.services.length > 1 ? `, ${count(trace.services.length)} services` : ''}
          {filtered ? `, ${count(matchedSpanCount)} match` : ''}
        </span>
        <span className={styles['chips']}>
          <Services services={trace.services} onService={onService} />
        </span>
      </div>
      <div className={styles['time']}>
        <span>{duration(trace.durationNano)}</span>
        <i aria-hidden className={styles['track']}>
          <i style={{ inlineSize: `${Math.max(1, share * 100)}%`, background: serviceColour(rootService) }} />
        </i>
      </div>
      <time className={styles['when']} dateTime={new Date(start_ms).toISOString()} title={new Date(start_ms).toISOString()}>
        <span>{ago(start_ms, now_ms)}</span>
        <small>{clock(start_ms, now_ms)}</small>
      </time>
    </article>
  );
});

function Services({ services, onService }: { readonly services: readonly ServiceCount[]; readonly onService: (name: string) => void }): ReactNode {
  // What failed first, then what did most.
  const sorted = services.toSorted((a, b) => b.errorCount - a.errorCount || b.spanCount - a.spanCount);
  return (
    <>
      {sorted.slice(0, SERVICES_SHOWN).map(({ name, spanCount, errorCount }) => (
        <button key={name} type="button" tabIndex={-1} className={styles['service']} data-failed={errorCount > 0 || undefined} onClick={() => onService(name)} title={`Only traces with ${name}`}>
          <i aria-hidden className={styles['dot']} style={{ background: serviceColour(name) }} />
          <span>{name === '' ? 'no service name' : name}</span>
          <b>{count(spanCount)}</b>
          {errorCount === 0 ? null : (
            <em>
              <span aria-hidden>✕</span>
              {count(errorCount)}
              <span className="visually-hidden"> errors</span>
            </em>
          )}
        </button>
      ))}
    </>
  );
}

/** The time of day, with the day if it is another one. */
function clock(unix_ms: number, now_ms: number): string {
  const date = new Date(unix_ms);
  const time = `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return date.toDateString() === new Date(now_ms).toDateString() ? time : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time.slice(0, 8)}`;
}
