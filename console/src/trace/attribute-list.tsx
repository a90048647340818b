/** A group of attributes: key, value, what was minimized in it, and ways on: copy, search for other spans with the same. */
import { Link } from '@tanstack/react-router';
import { LockKeyhole, LockKeyholeOpen, Search } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { doneWords, type KindDone, SEALED } from '#outline/minimized-words.ts';
import { count, plural } from '#time/format.ts';
import { CopyButton } from '#ui/copy.tsx';
import { KeyText } from '#ui/key-text.tsx';
import { State } from '#ui/state.tsx';
import { isSearchable, type KeyValue, valueText } from './attributes.ts';
import styles from './details.module.css';
import { SEALED_TEXT } from './opened-values.ts';

export interface AttributeListProps {
  readonly title: string;
  readonly note?: string;
  readonly attributes: readonly KeyValue[];
  readonly dropped?: number | undefined;
  /** Where a search finds them; null: nowhere. */
  readonly place: 'span' | 'event' | 'resource' | 'scope' | null;
  readonly minimized: ReadonlyMap<string, readonly KindDone[]>;
  readonly filter: string;
  readonly start_ms: number;
  /** Asks to open a sealed value; null: whoever is here may not. */
  readonly onReveal: ((field: string) => void) | null;
}

/** Longer values are cut until somebody asks for all of them. */
const SHOWN_MAX = 600;
const HOUR_MS = 3_600_000;

export function AttributeList({ title, note, attributes, dropped = 0, ...rest }: AttributeListProps): ReactNode {
  const wanted = rest.filter.trim().toLowerCase();
  const shown = wanted === '' ? attributes : attributes.filter(({ key, value }) => key.toLowerCase().includes(wanted) || valueText(value).toLowerCase().includes(wanted));
  return (
    <section>
      <h3 className={styles['title']}>
        {title} <span>{wanted === '' ? count(attributes.length) : `${count(shown.length)} of ${count(attributes.length)}`}</span>
        {note === undefined || note === '' ? null : <span className={styles['note']}>{note}</span>}
      </h3>
      {shown.length === 0 ? <p className={styles['none']}>{attributes.length === 0 ? 'None.' : 'None that matches the filter.'}</p> : <Attributes attributes={shown} {...rest} />}
      {dropped === 0 ? null : <p className={styles['none']}>{plural(dropped, 'attribute')} more {dropped === 1 ? 'was' : 'were'} dropped by the sender or by a limit.</p>}
    </section>
  );
}

export function Attributes({ attributes, place, minimized, start_ms, onReveal }: Pick<AttributeListProps, 'attributes' | 'place' | 'minimized' | 'start_ms' | 'onReveal'>): ReactNode {
  return (
    <dl className={styles['attributes']}>
      {attributes.map((one, at) => (
        <Attribute key={`${at} ${one.key}`} attribute={one} place={place} done={minimized.get(one.key) ?? []} start_ms={start_ms} onReveal={onReveal} />
      ))}
    </dl>
  );
}

function Attribute({ attribute: { key, value, opened }, place, done, start_ms, onReveal }: { readonly attribute: KeyValue; readonly done: readonly KindDone[] } & Pick<AttributeListProps, 'place' | 'start_ms' | 'onReveal'>): ReactNode {
  const [all, setAll] = useState(false);
  const text = valueText(value);
  const isLong = text.length > SHOWN_MAX && !all;
  // What a sender writes like this is no seal: the server says of each one that it is.
  const isSealed = text === SEALED_TEXT && done.some(({ kind }) => kind === SEALED);
  return (
    <div className={styles['attribute']} data-minimized={done.length > 0 || undefined} data-sealed={isSealed || opened === true || undefined}>
      <dt>
        <KeyText text={key} />
      </dt>
      <dd>
        <span className={styles['value']}>{isSealed ? <Sealed onReveal={onReveal === null ? null : () => onReveal(key)} /> : isLong ? `${text.slice(0, SHOWN_MAX)}…` : text === '' ? <i>empty</i> : text}</span>
        {isLong ? (
          <button type="button" className={styles['way']} onClick={() => setAll(true)}>
            Show all {count(text.length)} characters
          </button>
        ) : null}
        {opened === true ? <span className={styles['opened']}><LockKeyholeOpen aria-hidden size={12} /> opened</span> : done.length === 0 || isSealed ? null : <State state={done.every(({ kind }) => kind === SEALED) ? 'restricted' : 'minimized'}>{doneWords(done)}</State>}
      </dd>
      <dd className={styles['ways']}>
        {/* What was opened is read here, under its watermark, and not carried on. */}
        {isSealed || opened === true ? null : <CopyButton text={text} label={`Copy ${key}`} />}
        {place === null || isSealed || opened === true || !isSearchable(value) || text.length > SHOWN_MAX ? null : (
          <Link to="/search" search={(before: Record<string, unknown>) => ({ ...rangeAround(before, start_ms), attribute: `${place}:${key}=${text}` })} className={styles['search']} aria-label={`Search for spans with this ${key}`} title="Search for spans with this value">
            <Search aria-hidden size={14} />
          </Link>
        )}
      </dd>
    </div>
  );
}

export function Sealed({ onReveal }: { readonly onReveal: (() => void) | null }): ReactNode {
  return (
    <span className={styles['sealed']}>
      <LockKeyhole aria-hidden size={12} /> sealed
      {onReveal === null ? null : (
        <button type="button" className={styles['way']} onClick={onReveal}>
          Reveal…
        </button>
      )}
    </span>
  );
}

/** A trace older than the range of the page is searched around its own time. */
function rangeAround(before: Record<string, unknown>, start_ms: number): Record<string, unknown> {
  if (Date.now() - start_ms < HOUR_MS) return { from: before['from'], to: before['to'] };
  return { from: new Date(start_ms - HOUR_MS / 2).toISOString(), to: new Date(start_ms + HOUR_MS / 2).toISOString() };
}
