/** What the text would have done to the spans of the last hour, beside what today's policy did: differences first, in words, marked by shapes. */
import { CircleEqual, ShieldAlert, ShieldPlus, ShieldQuestionMark, TriangleAlert } from 'lucide-react';
import { type ComponentType, type ReactNode, useEffect, useMemo, useState } from 'react';
import type { DryRun as Run } from '#api/policy.ts';
import type { Weakening } from '#policy/weakening';
import { count, duration, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { KeyText } from '#ui/key-text.tsx';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { actionWords, attributePlace, kindName, placeText } from '#words';
import { byService, type Difference, type ServiceChanges, sumsOf, type ToldChange } from './changes.ts';
import styles from './dry-run.module.css';
import type { DryRunning } from './use-dry-run.ts';
import { WeakeningList } from './weakening-list.tsx';

export interface DryRunPanelProps {
  readonly running: DryRunning;
  /** Why it cannot be started; null if it can. */
  readonly wrong: string | null;
  readonly text: string;
  readonly weakenings: readonly Weakening[];
}

export function DryRunPanel({ running: { state, start, cancel }, wrong, text, weakenings }: DryRunPanelProps): ReactNode {
  return (
    <Panel
      title="Dry run"
      note="against the last hour; nothing is changed by it"
      actions={
        state.is === 'running' ? (
          <Button size="small" onPress={cancel}>Cancel</Button>
        ) : (
          <Button size="small" isDisabled={wrong !== null} onPress={() => start(text)}>{state.is === 'done' ? 'Try again' : 'Try it'}</Button>
        )
      }
    >
      <div className={styles['panel']}>
        {state.is === 'running' ? <Progress since={state.since} /> : null}
        {state.is === 'failed' ? <ErrorNote error={state.error} retry={() => start(text)} /> : null}
        {state.is === 'cancelled' ? <p role="status" className={styles['quiet']}>Cancelled. Nothing was changed.</p> : null}
        {state.is === 'none' ? <p className={styles['quiet']}>{wrong ?? 'Runs the text over what arrived in the last hour and shows, for each service and key, what becomes of it today and what would.'}</p> : null}
        {state.is === 'done' ? <Found run={state.run} took_ms={state.took_ms} isStale={state.text !== text} weakenings={weakenings} /> : null}
      </div>
    </Panel>
  );
}

/** How far it is the server does not say; how long it takes the page does. */
function Progress({ since }: { readonly since: number }): ReactNode {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now - since) / 1_000);
  return (
    <div className={styles['progress']} role="status">
      <span>Reading the last hour{seconds < 2 ? '…' : `, ${seconds} s so far`}</span>
      <span className={styles['track']} aria-hidden><span /></span>
    </div>
  );
}

function Found({ run, took_ms, isStale, weakenings }: { readonly run: Run; readonly took_ms: number; readonly isStale: boolean; readonly weakenings: readonly Weakening[] }): ReactNode {
  const sums = useMemo(() => sumsOf(run.changes), [run]);
  const services = useMemo(() => byService(run.changes), [run]);
  const [all, setAll] = useState(false);
  const differing = services.filter((one) => one.differing > 0);
  const unchanged = run.changes.length - services.reduce((total, one) => total + one.differing, 0);
  if (run.spans === 0) return <p>Nothing arrived in the last hour, so there is nothing to try it against. It can be applied all the same.</p>;
  return (
    <>
      <p role="status">
        Tried on {plural(run.spans, 'span')}{run.more ? ', the newest of the hour,' : ''} in {duration(took_ms * 1e6)}.{run.more ? ' There is more than is told here.' : ''}{' '}
        {isStale ? <strong>The text has changed since.</strong> : null}
      </p>
      <WeakeningList weakenings={weakenings} subject="This text" />
      {sums.spansRefused === 0 ? null : (
        <p className={styles['refused']}>
          <TriangleAlert aria-hidden size={16} />
          <span><strong>{plural(sums.spansRefused, 'span')} would be refused whole</strong>, by a rule with <code>drop-span</code>: nothing of them would be stored.</span>
        </p>
      )}
      <ul className={styles['sums']}>
        <Sum difference="less" many={sums.less} />
        <Sum difference="more" many={sums.more} />
        <Sum difference="other" many={sums.other} />
      </ul>
      {differing.length === 0 ? <p><strong>No difference.</strong> What arrived in the last hour would look exactly as it does.</p> : null}
      {differing.map((service) => <Service key={service.service} {...service} isWhole={all} />)}
      {all ? services.filter((one) => one.differing === 0).map((service) => <Service key={service.service} {...service} isWhole />) : null}
      {unchanged === 0 ? null : <div><Button size="small" onPress={() => setAll(!all)}>{all ? 'Show differences alone' : `Show ${plural(unchanged, 'row')} without a difference too`}</Button></div>}
      <p className={styles['quiet']}>Samples are masked: letters and digits stand for their kind. What is gone already cannot be looked at: of that the spans say what it was, and this says how the text would have treated it. It does not bring it back.</p>
    </>
  );
}

const SHAPE: Readonly<Record<Difference, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>>> = { less: ShieldAlert, more: ShieldPlus, other: ShieldQuestionMark, same: CircleEqual };
const WORD: Readonly<Record<Difference, string>> = { less: 'removed less', more: 'removed more', other: 'otherwise', same: 'as today' };

function Sum({ difference, many }: { readonly difference: Difference; readonly many: number }): ReactNode {
  return many === 0 ? null : <li><Mark difference={difference} /> {plural(many, 'value')}</li>;
}

function Mark({ difference }: { readonly difference: Difference }): ReactNode {
  const Shape = SHAPE[difference];
  return (
    <span className={styles['mark']} data-difference={difference}>
      <Shape aria-hidden size={13} />
      {WORD[difference]}
    </span>
  );
}

/** More rows of a service wait behind a button. */
const ROWS_MAX = 100;

function Service({ service, changes, isWhole }: ServiceChanges & { readonly isWhole: boolean }): ReactNode {
  const [max, setMax] = useState(ROWS_MAX);
  const shown = isWhole ? changes : changes.filter(({ difference }) => difference !== 'same');
  return (
    <section className={styles['service']}>
      <h3><ServiceName name={service} /></h3>
      <table aria-label={`Differences of ${service}`} className={styles['table']}>
        <thead>
          <tr>{['Where', 'What', 'Today', 'Then', 'Values'].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {shown.slice(0, max).map((change, at) => <Row key={at} change={change} />)}
        </tbody>
      </table>
      {shown.length <= max ? null : <div><Button size="small" onPress={() => setMax(max + ROWS_MAX * 5)}>Show more of {count(shown.length)}</Button></div>}
    </section>
  );
}

function Row({ change: { place, key, kind, action, rule, count: many, today, before, after, difference } }: { readonly change: ToldChange }): ReactNode {
  return (
    <tr data-difference={difference}>
      <td data-column="Where"><div>{key === place ? (placeText(place) ?? <code>{key}</code>) : <><code><KeyText text={key} /></code><small>{attributePlace(place)}</small></>}</div></td>
      <td data-column="What"><div>{kindName(kind)}<small><Mark difference={difference} /></small></div></td>
      <td data-column="Today"><Done action={today?.action ?? 'keep'} rule={today?.rule ?? null} sample={before} /></td>
      <td data-column="Then"><Done action={action} rule={rule} sample={after} /></td>
      <td data-column="Values">{count(many)}</td>
    </tr>
  );
}

function Done({ action, rule, sample }: { readonly action: string; readonly rule: string | null; readonly sample: string | undefined }): ReactNode {
  return (
    <div>
      <span><strong>{actionWords(action)}</strong>{rule === null ? null : <span className={styles['quiet']}> by <code>{rule}</code></span>}</span>
      {sample === undefined || sample === '' ? null : <code className={styles['sample']}>{sample}</code>}
    </div>
  );
}
