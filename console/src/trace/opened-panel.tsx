/** Everything of the trace that stands open, beside it: each value with the span that holds it, under a watermark. */
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { type Outline, nameOf, serviceOf, spanById } from '#outline/outline.ts';
import { type DrawnSeal, drawnSeals } from '#seal/opened.ts';
import { useOpenedSeal } from '#seal/use-seal.ts';
import { wordsOf } from '#seal/verdict.ts';
import { count, plural } from '#time/format.ts';
import { IconButton } from '#ui/button.tsx';
import { Countdown } from '#ui/countdown.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { State } from '#ui/state.tsx';
import { Watermarked } from '#ui/watermark.tsx';
import type { OpenedValue } from './opened-values.ts';
import styles from './reveal.module.css';
import { NOTHING_OPENED } from './sealed-line.tsx';
import type { Opened } from './use-opening.ts';

export interface OpenedPanelProps {
  readonly outline: Outline;
  readonly opened: Opened;
  readonly onOpen: (span: number) => void;
  readonly onClose: () => void;
}

const SHOWN_MAX = 500;

export function OpenedPanel({ outline, opened: { note, spans: whole, values, closesAt_ms }, onOpen, onClose }: OpenedPanelProps): ReactNode {
  const drawn = useMemo(() => drawnSeals(whole, note.proofs ?? []), [whole, note.proofs]);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (place.current !== null && place.current.getBoundingClientRect().top > innerHeight * 0.7) place.current.parentElement?.scrollIntoView({ block: 'start' });
  }, []);
  const spans = [...Map.groupBy(values.slice(0, SHOWN_MAX), ({ spanId, start, spanName }) => `${spanId} ${start} ${spanName}`).values()];
  return (
    <section ref={place} aria-label="Opened values" className={styles['panel']}>
      <header className={styles['header']}>
        <div>
          <h2>{values.length === 0 ? NOTHING_OPENED : `${plural(values.length, 'value')} open`}</h2>
          {values.length === 0 ? null : <p>Closes in <Countdown until_ms={closesAt_ms} />, and when you leave.</p>}
        </div>
        <IconButton label="Hide the list" keys="esc" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={styles['body']} tabIndex={0} role="region" aria-label="What was opened">
        <Watermarked text={note.watermark}>
          <p className={styles['why']}>{note.by.name}: {note.reason}</p>
          {note.erased === 0 ? null : <p><State state="expired">{plural(note.erased, 'value')} erased</State> The keys of the people they belonged to were destroyed: nobody can read them any more.</p>}
          {note.changed === 0 ? null : <p role="alert"><State state="error">{plural(note.changed, 'value')} not as sealed</State> What is stored does not open under its own key. Verify the store.</p>}
          {values.length === 0 ? null : <Proof outline={outline} drawn={drawn} opening={note.id} values={values.length} />}
          {spans.map(([first, ...rest]) => (first === undefined ? null : <OfSpan key={`${first.spanId} ${first.start}`} outline={outline} values={[first, ...rest]} onOpen={onOpen} />))}
          {values.length > SHOWN_MAX ? <p>The first {count(SHOWN_MAX)} are listed; the details of each span have theirs.</p> : null}
        </Watermarked>
      </div>
    </section>
  );
}

/** Whether what stands here is what was sealed. */
function Proof({ outline, drawn, opening, values }: { readonly outline: Outline; readonly drawn: readonly DrawnSeal[]; readonly opening: string; readonly values: number }): ReactNode {
  const verdict = useOpenedSeal(outline, drawn, opening);
  if (verdict === undefined) return <p>This browser checks whether they are what was sealed…</p>;
  if (verdict?.state === 'broken') {
    const { title, sentence, advice } = wordsOf(verdict);
    return <p role="alert"><State state="error">{title}</State> {sentence} {advice}</p>;
  }
  const proved = verdict?.state === 'verified' ? verdict.opened : 0;
  const rest = values - proved;
  return (
    <p>
      {proved === 0 ? null : <><State state="verified">{plural(proved, 'value')} proved</State> This browser checked: {proved === 1 ? 'it is' : 'they are'} what was sealed when the span was stored. </>}
      {rest <= 0 ? null : verdict === null || verdict.state === 'verified' ? `${proved === 0 ? 'No proof' : `${plural(rest, 'value')} without proof`}: what is sealed of a span can be proved together alone, and some of it stays closed.` : wordsOf(verdict).sentence}
    </p>
  );
}

function OfSpan({ outline, values, onOpen }: { readonly outline: Outline; readonly values: readonly OpenedValue[]; readonly onOpen: (span: number) => void }): ReactNode {
  const span = spanById(outline, values[0]?.spanId);
  return (
    <section>
      <h3 className={styles['span']}>
        {span === -1 ? null : <ServiceName name={serviceOf(outline, span)} />}
        <button type="button" className={styles['way']} onClick={() => onOpen(span)} disabled={span === -1}>
          {span === -1 ? values[0]?.spanName : nameOf(outline, span)}
        </button>
      </h3>
      <dl className={styles['values']}>
        {values.map(({ key, of, text }, at) => (
          <div key={at}>
            <dt>{key}{of === '' ? '' : `, ${of}`}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
