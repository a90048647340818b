/** The events of a span, exceptions with their stack traces. */
import { Bomb } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { count, duration, plural } from '#time/format.ts';
import { CopyButton } from '#ui/copy.tsx';
import { Attributes } from './attribute-list.tsx';
import { type MinimizedPlace, minimizedAt, type SpanEvent, textOf } from './attributes.ts';
import styles from './details.module.css';

export interface EventListProps {
  readonly events: readonly SpanEvent[];
  readonly spanStart: string;
  readonly dropped?: number | undefined;
  readonly minimized: readonly MinimizedPlace[];
  readonly filter: string;
  readonly start_ms: number;
  readonly onReveal: ((field: string) => void) | null;
}

const EVENTS_SHOWN = 50;
const LINES_SHOWN = 8;
const TOLD = new Set(['exception.type', 'exception.message', 'exception.stacktrace']);

export function EventList({ events, spanStart, dropped = 0, minimized, start_ms, onReveal }: EventListProps): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? events : events.slice(0, EVENTS_SHOWN);
  return (
    <section>
      <h3 className={styles['title']}>
        Events <span>{count(events.length)}</span>
      </h3>
      <ol className={styles['events']}>
        {shown.map((event, at) => {
          const isException = event.name === 'exception';
          const attributes = (event.attributes ?? []).filter(({ key }) => !isException || !TOLD.has(key));
          return (
            <li key={at} data-exception={isException || undefined}>
              <div className={styles['event']}>
                <span className={styles['offset']}>{offsetOf(event.timeUnixNano, spanStart)}</span>
                {isException ? <Bomb aria-hidden size={13} /> : null}
                <b>{isException ? textOf(event.attributes, 'exception.type') || 'exception' : event.name === undefined || event.name === '' ? 'event without name' : event.name}</b>
              </div>
              {isException ? <Exception event={event} /> : null}
              {attributes.length === 0 ? null : <Attributes attributes={attributes} place="event" minimized={minimizedAt(minimized, `events.${at}.`)} start_ms={start_ms} onReveal={onReveal} />}
            </li>
          );
        })}
      </ol>
      {shown.length === events.length ? null : (
        <button type="button" className={styles['way']} onClick={() => setAll(true)}>
          Show all {count(events.length)} events
        </button>
      )}
      {dropped === 0 ? null : <p className={styles['none']}>{plural(dropped, 'event')} more {dropped === 1 ? 'was' : 'were'} dropped.</p>}
    </section>
  );
}

function Exception({ event }: { readonly event: SpanEvent }): ReactNode {
  const [all, setAll] = useState(false);
  const message = textOf(event.attributes, 'exception.message');
  const stack = textOf(event.attributes, 'exception.stacktrace');
  const lines = stack.split('\n');
  const shown = all ? lines : lines.slice(0, LINES_SHOWN);
  return (
    <>
      {message === '' ? null : <p className={styles['thrown']}>{message}</p>}
      {stack === '' ? null : (
        <div className={styles['stack']}>
          <pre tabIndex={0} role="region" aria-label="Stack trace">
            {shown.map((line, at) => (
              <span key={at} data-frame={/^\s+(?:at|File|in)\b/.test(line) || undefined}>
                {`${line}\n`}
              </span>
            ))}
          </pre>
          <span className={styles['corner']}>
            <CopyButton text={stack} label="Copy the stack trace" />
          </span>
          {lines.length <= LINES_SHOWN ? null : (
            <button type="button" className={styles['way']} aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Fold the stack trace' : `Show all ${count(lines.length)} lines`}
            </button>
          )}
        </div>
      )}
    </>
  );
}

function offsetOf(time: string, start: string): string {
  const apart = Number(BigInt(time) - BigInt(start));
  return apart < 0 ? duration(apart) : `+${duration(apart)}`;
}
