/** What is held of somebody who was found: what forgetting makes unreadable, what it does not reach and why, and what can be done. */
import { Download, UserRoundX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { useMay } from '#api/session.ts';
import type { ClearPlace } from '#api/subjects.ts';
import { count, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Chips } from '#ui/chips.tsx';
import { KeyText } from '#ui/key-text.tsx';
import { Figure, Panel } from '#ui/panel.tsx';
import { DayText } from '#ui/time-text.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { ForgetDialog } from './forget-dialog.tsx';
import styles from './forget.module.css';
import type { Sought } from './page.tsx';

export interface FoundProps {
  readonly sought: Sought;
  /** Approvals that were given to whoever is here. */
  readonly given: readonly Approval[];
  readonly onForgotten: () => void;
}

const SERVICES_MAX = 12;

export function Found({ sought, given, onForgotten }: FoundProps): ReactNode {
  const { found } = sought;
  const { spans, traces, keys, hours, from, to, services, fields, clear } = found;
  const mayForget = useMay('subject.forget');
  const mayExport = useMay('subject.export');
  const [acting, setActing] = useState<'forget' | 'export' | null>(null);
  const approval = given.find(({ kind, subject }) => kind === acting && subject === found.subject) ?? null;
  const isHeld = keys > 0;
  return (
    <>
      <Panel
        title={isHeld ? 'Becomes unreadable' : 'Nothing is sealed for this name'}
        note={<code title="A keyed digest: the same for the same person">{found.subject.slice(0, 12)}…</code>}
        actions={
          !isHeld ? null : (
            <>
              {mayExport ? <Button onPress={() => setActing('export')}><Download aria-hidden /> Export…</Button> : null}
              {mayForget ? <Button look="danger" onPress={() => setActing('forget')}><UserRoundX aria-hidden /> Forget…</Button> : null}
            </>
          )
        }
      >
        {isHeld ? (
          <div className={styles['stack']}>
            <div className={styles['figures']}>
              <Figure name="Spans" value={count(spans)} note={`in ${plural(traces, 'trace')}`} />
              <Figure name="Keys" value={count(keys)} note={`of ${plural(hours, 'hour')}`} />
              {from === null || to === null ? null : <Figure name="From" value={<span className={styles['when']}><DayText unix_ms={Date.parse(from)} /></span>} note={<>to <DayText unix_ms={Date.parse(to)} /></>} />}
            </div>
            <p>Every sealed value of these spans: {fields.length === 0 ? 'the policy in force seals nothing any more, an earlier one did' : <>the policy seals <Keys keys={fields.map(({ key }) => key)} /></>}.</p>
            <div className={styles['row']}>
              <span>Sent by</span>
              <Chips names={services.length > SERVICES_MAX ? [...services.slice(0, SERVICES_MAX), `${services.length - SERVICES_MAX} more`] : services} />
            </div>
            {mayForget ? null : <p className={styles['quiet']}>You may find people. Privacy officers forget them.</p>}
          </div>
        ) : (
          <p>There is no key under exactly this name, so nothing to destroy: they sent nothing while it was sealed, they are written otherwise, or they were forgotten. Below is where somebody may stand all the same.</p>
        )}
      </Panel>
      <Panel title="Not reached" note="kept in clear by the policy; whether this person stands there is not known" flush>
        {clear.length === 0 ? <p className={styles['none']}>The policy keeps nothing in clear.</p> : <ul className={styles['clear']}>{clear.map((place, at) => <Clear key={at} place={place} />)}</ul>}
      </Panel>
      {acting === 'export' ? <ExportDialog sought={sought} approval={approval} onClose={() => setActing(null)} /> : null}
      {acting === 'forget' ? <ForgetDialog sought={sought} approval={approval} onClose={() => setActing(null)} onForgotten={() => { setActing(null); onForgotten(); }} /> : null}
    </>
  );
}

function Keys({ keys }: { readonly keys: readonly string[] }): ReactNode {
  return keys.map((key, at) => (
    <span key={key}>
      <code>{key}</code>
      {at + 1 < keys.length ? ', ' : ''}
    </span>
  ));
}

function Clear({ place: { key, place, why } }: { readonly place: ClearPlace }): ReactNode {
  return (
    <li>
      <b>{key === undefined ? <Place text={place ?? ''} /> : key === '*' ? 'all other attributes' : <KeyText text={key} />}</b>
      <span>{why}</span>
    </li>
  );
}

/** A place that ends with an instant shows it as all others are shown. */
function Place({ text }: { readonly text: string }): ReactNode {
  const at = text.search(/\d{4}-\d\d-\d\dT[\d:.]+Z$/u);
  return at === -1 ? text : <>{text.slice(0, at)}<DayText unix_ms={Date.parse(text.slice(at))} /></>;
}
