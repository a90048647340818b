/** One span in full, beside the waterfall: timing, status, attributes, events, links, what was minimized in it, and its JSON. */
import { useQuery } from '@tanstack/react-query';
import { Braces, Focus, Search, LockKeyhole, ShieldX, X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { get } from '#api/client.ts';
import type { TraceModel } from '#outline/model.ts';
import { kindWords, SEALED } from '#outline/minimized-words.ts';
import { copyOf, ERROR, lengthOf, nameOf, serviceOf } from '#outline/outline.ts';
import { ancestorsOf, PLACE } from '#outline/tree.ts';
import { isProved } from '#seal/proven-spans.ts';
import type { Verdict } from '#seal/verdict.ts';
import { count, duration, instant, millisOf, percent, plural } from '#time/format.ts';
import { ActingRule } from '#ui/acting-rule.tsx';
import { IconButton } from '#ui/button.tsx';
import { CopyButton, Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import { Watermarked } from '#ui/watermark.tsx';
import { type MinimizedPlace, minimizedAt, placeWords, type SpanAnswer } from './attributes.ts';
import { AttributeList, Sealed } from './attribute-list.tsx';
import styles from './details.module.css';
import { EventList } from './event-list.tsx';
import { LinkList } from './link-list.tsx';
import { SEALED_TEXT, STATUS_MESSAGE, withOpened } from './opened-values.ts';
import type { Opened } from './use-opening.ts';
import { VersionNote } from './version-marks.tsx';

export interface DetailsProps {
  readonly model: TraceModel;
  readonly span: number;
  readonly onClose: () => void;
  readonly onFocus: () => void;
  readonly onOpen: (span: number) => void;
  /** Asks to open a field; null: whoever is here may not. */
  readonly onReveal: ((field: string) => void) | null;
  /** What stands open of the trace for the moment. */
  readonly opened: Opened | null;
  /** What this browser found of the trace; null while it checks. */
  readonly verdict: Verdict | null;
}

const SETTLE_MS = 90;
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

export function Details({ model, span, onClose, onFocus, onOpen, onReveal, opened, verdict }: DetailsProps): ReactNode {
  const { outline } = model;
  const id = outline.ids[span] ?? '';
  const copy = copyOf(outline, span);
  const { data, error, refetch } = useQuery({
    queryKey: ['span', outline.traceId, id, copy],
    queryFn: ({ signal }) => get<SpanAnswer>(`/api/v1/traces/${outline.traceId}/spans/${id}`, copy === 0 ? {} : { copy }, signal),
    staleTime: Infinity,
    enabled: useSettled(id),
  });
  const shown = useMemo(() => (data === undefined || opened === null ? data : withOpened(data, opened.spans)), [data, opened]);
  const place = useRef<HTMLElement>(null);
  // Where there is no room beside, they come below: in view, but without leaving the row.
  useEffect(() => {
    if (place.current !== null && place.current.getBoundingClientRect().top > innerHeight * 0.7) place.current.parentElement?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <section ref={place} className={styles['details']} aria-label="Details of the span">
      <header className={styles['header']}>
        <div className={styles['words']}>
          <ServiceName name={serviceOf(outline, span)} />
          <h2>{nameOf(outline, span)}</h2>
        </div>
        <IconButton label="Show only this span and what is below it" keys="f" onPress={onFocus}>
          <Focus aria-hidden />
        </IconButton>
        <IconButton label="Close the details" keys="esc" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={styles['body']} tabIndex={0} role="region" aria-label="What the span says">
        {outline.hidden[span] === 1 ? <Note>Policy shows you when this span was, how long it took and of which kind, and nothing else of it.</Note> : data === undefined ? null : verdict?.state === 'verified' && verdict.unproved.includes(span) ? <Note>This span cannot be proved to you: a value in it was restricted after it was stored, and its proof has it open.</Note> : <NotProved verdict={verdict} answer={data} />}
        <VersionNote outline={outline} span={span} onOpen={onOpen} />
        <Watermarked text={shown === data || opened === null ? null : opened.note.watermark}>
          <Facts model={model} span={span} answer={shown} onOpen={onOpen} onReveal={onReveal} />
          {error !== null ? <ErrorNote error={error} retry={() => void refetch()} /> : data === undefined || shown === undefined ? <SkeletonRows rows={6} height="22px" label="The span is being fetched" /> : <Told key={id} model={model} answer={data} shown={shown} span={span} onReveal={onReveal} />}
        </Watermarked>
      </div>
    </section>
  );
}

function Note({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <p className={styles['hiddenNote']}>
      <LockKeyhole aria-hidden size={14} />
      <span>{children}</span>
    </p>
  );
}

/** The picture was compared with the proof when it came; what is read of a span is compared when somebody reads it. */
function NotProved({ verdict, answer }: { readonly verdict: Verdict | null; readonly answer: SpanAnswer }): ReactNode {
  const isSame = useMemo(() => verdict?.state !== 'verified' || isProved(verdict.contents, answer, verdict.omitted), [verdict, answer]);
  if (isSame) return null;
  return (
    <p role="alert" className={styles['notProved']}>
      <ShieldX aria-hidden size={16} />
      <span>
        <b>This is not what was proved.</b> The server answers something else about this span than its evidence holds. Do not rely on what stands below; the evidence of the trace has what was stored.
      </span>
    </p>
  );
}

/** False while the value still changes: keys that run over many spans ask for the last one only. */
function useSettled(value: string): boolean {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled === value;
}

function Facts({ model, span, answer, onOpen, onReveal }: { readonly model: TraceModel; readonly span: number; readonly answer: SpanAnswer | undefined; readonly onOpen: (span: number) => void; readonly onReveal: DetailsProps['onReveal'] }): ReactNode {
  const { outline, tree, start, self, critical, from, to } = model;
  const length = lengthOf(outline, span);
  const sent = outline.duration[span] ?? 0;
  const isMoved = start[span] !== outline.start[span];
  const start_ms = millisOf((BigInt(outline.startTimeUnixNano) + BigInt(Math.round(outline.start[span] ?? 0))).toString());
  const [above] = ancestorsOf(tree, span);
  const onPath = critical.time[span] ?? 0;
  return (
    <dl className={styles['facts']}>
      <Fact name="Duration">
        <b>{duration(sent)}</b> {sent < 0 ? 'as sent: the end lies before the start' : to > from ? `${percent(length / (to - from))} of the trace` : ''}
      </Fact>
      <Fact name="Self time">
        {duration(self[span])}{length > 0 ? `, ${percent((self[span] ?? 0) / length)} of the span` : ''}
      </Fact>
      <Fact name="Critical path">{onPath > 0 ? `${duration(onPath)}, ${percent(onPath / Math.max(1, critical.length))} of it` : 'not on it'}</Fact>
      <Fact name="Starts">
        <span>{start[span] === from ? 'with the trace' : `${duration((start[span] ?? 0) - from)} after the trace`}{isMoved ? `, moved by ${duration((start[span] ?? 0) - (outline.start[span] ?? 0))} because clocks differ` : ''}</span>
        <span>{instant(start_ms)}</span>
        <CopyButton text={new Date(start_ms).toISOString()} label="Copy the time as ISO" />
      </Fact>
      <Fact name="Status">
        {outline.status[span] === ERROR ? <State state="error">error</State> : outline.status[span] === 1 ? 'ok' : 'unset'}
        {answer?.span.status?.message === undefined ? null : <span className={styles['message']}>{isMessageSealed(answer) ? <Sealed onReveal={onReveal === null ? null : () => onReveal(STATUS_MESSAGE)} /> : answer.span.status.message}</span>}
      </Fact>
      <Fact name="Kind">{KINDS[outline.kind[span] ?? 0] ?? 'unknown'}</Fact>
      <Fact name="Span id">
        <code>{outline.ids[span]}</code>
        <CopyButton text={outline.ids[span] ?? ''} label="Copy the span id" />
      </Fact>
      <Fact name="Parent">
        {above !== undefined ? (
          <button type="button" className={styles['way']} onClick={() => onOpen(above)}>
            {nameOf(outline, above)}
          </button>
        ) : tree.place[span] === PLACE.root ? (
          'none: the root'
        ) : tree.place[span] === PLACE.orphan ? (
          <>
            {outline.begunOutside[span] === 1 ? 'outside: in a process that sends nothing here' : 'not in this trace'}{answer?.span.parentSpanId === undefined ? null : <code> {answer.span.parentSpanId}</code>}
          </>
        ) : (
          'one of its own descendants'
        )}
      </Fact>
      {(tree.size[span] ?? 1) > 1 ? <Fact name="Below it">{plural((tree.size[span] ?? 1) - 1, 'span')}</Fact> : null}
    </dl>
  );
}

/** What a sender writes like this is no seal. */
function isMessageSealed({ span, minimized }: SpanAnswer): boolean {
  return span.status?.message === SEALED_TEXT && minimized.some(({ place, kind }) => place === STATUS_MESSAGE && kind === SEALED);
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** `shown`: the answer with what stands open of it in its places. */
function Told({ model, answer, shown, span: at, onReveal }: { readonly model: TraceModel; readonly answer: SpanAnswer; readonly shown: SpanAnswer; readonly span: number; readonly onReveal: DetailsProps['onReveal'] }): ReactNode {
  const [filter, setFilter] = useState('');
  const [raw, setRaw] = useState(false);
  const { span, resource, scope, minimized } = shown;
  const own = span.attributes ?? [];
  const shared = { filter, onReveal, start_ms: millisOf(model.outline.startTimeUnixNano) };
  const scopeName = [scope.name, scope.version].filter(Boolean).join(' ');
  return (
    <>
      <Minimized minimized={minimized} />
      <label className={styles['filter']}>
        <Search aria-hidden size={13} />
        <input type="search" placeholder="Filter attributes" aria-label="Filter attributes by key or value" value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
      </label>
      <AttributeList title="Attributes" attributes={own} dropped={span.droppedAttributesCount} place="span" minimized={minimizedAt(minimized, 'attributes.')} {...shared} />
      {(span.events ?? []).length === 0 ? null : <EventList events={span.events ?? []} spanStart={span.startTimeUnixNano} dropped={span.droppedEventsCount} minimized={minimized} {...shared} />}
      {(span.links ?? []).length === 0 ? null : <LinkList links={span.links ?? []} traceId={model.outline.traceId} minimized={minimized} {...shared} />}
      <AttributeList title="Resource" note={serviceOf(model.outline, at)} attributes={resource.attributes ?? []} dropped={resource.droppedAttributesCount} place="resource" minimized={minimizedAt(minimized, 'resource.')} {...shared} />
      {scopeName === '' && (scope.attributes ?? []).length === 0 ? null : <AttributeList title="Scope" note={scopeName} attributes={scope.attributes ?? []} dropped={scope.droppedAttributesCount} place="scope" minimized={minimizedAt(minimized, 'scope.')} {...shared} />}
      {span.traceState === undefined ? null : <AttributeList title="Trace state" attributes={[{ key: 'tracestate', value: { stringValue: span.traceState } }]} place={null} minimized={new Map()} {...shared} />}
      <section>
        <button type="button" className={styles['raw']} aria-expanded={raw} onClick={() => setRaw(!raw)}>
          <Braces aria-hidden size={13} />
          {raw ? 'Hide the JSON' : 'Show as JSON'}
        </button>
        {raw ? <Snippet label="span as JSON" text={JSON.stringify(answer, null, 2)} /> : null}
      </section>
    </>
  );
}

/** Where a value was minimized, by what, and why it cannot be had back; what is sealed is told with its attribute. */
function Minimized({ minimized: all }: { readonly minimized: readonly MinimizedPlace[] }): ReactNode {
  const minimized = all.filter(({ kind }) => kind !== SEALED);
  if (minimized.length === 0) return null;
  const sum = minimized.filter(({ kind }) => kind !== 'neutralized').reduce((total, { count: many }) => total + many, 0);
  return (
    <section className={styles['minimized']} aria-label="What was minimized">
      <State state="minimized">{sum === 0 ? 'Characters made visible' : `${plural(sum, 'value')} minimized in this span`}</State>
      <ul>
        {minimized.map(({ place, kind, count: many, rule, action }, at) => (
          <li key={at}>
            {kindWords({ kind, count: many })} in <b>{placeWords(place)}</b>
            {action === undefined ? null : (
              <>
                {' '}
                <ActingRule rule={rule ?? null} action={action} />
              </>
            )}
          </li>
        ))}
      </ul>
      <p>The minimization policy asks for it. It happened on arrival, before anything was stored: the original is nowhere in Tracekeep{count(sum) === '0' ? ', and nothing readable was lost' : ''}.</p>
    </section>
  );
}
