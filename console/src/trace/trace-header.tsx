/** The head of a trace: what it was, when, how long, who took part, what was minimized in it, and what can be done with it. */
import { Link } from '@tanstack/react-router';
import { ArrowLeftRight, Download, Eye, Link2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useMay } from '#api/session.ts';
import type { TraceModel } from '#outline/model.ts';
import { replacedWords, rulesOf, SEALED } from '#outline/minimized-words.ts';
import { nameOf, serviceOf } from '#outline/outline.ts';
import { count, duration, instant, millisOf, plural } from '#time/format.ts';
import { RuleLink } from '#ui/acting-rule.tsx';
import { Button } from '#ui/button.tsx';
import { CopyButton } from '#ui/copy.tsx';
import { Hint } from '#ui/hint.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { State } from '#ui/state.tsx';
import styles from './header.module.css';

export interface TraceHeaderProps {
  readonly model: TraceModel;
  readonly foldedServices: readonly string[];
  readonly onFoldServices: (names: readonly string[]) => void;
  readonly onCompare: () => void;
  readonly isCopied: boolean;
  readonly onCopyLink: () => void;
  /** The line of the seal. */
  readonly seal: ReactNode;
  /** The line of the sealed values. */
  readonly sealed: ReactNode;
}

/** More chips than this wait behind a button. */
const CHIPS_MAX = 12;
/** The details of each span name them all. */
const RULES_MAX = 3;

export function TraceHeader({ model, foldedServices, onFoldServices, onCompare, isCopied, onCopyLink, seal, sealed }: TraceHeaderProps): ReactNode {
  const { outline, root, errors } = model;
  const mayAudit = useMay('audit.read');
  const start_ms = millisOf((BigInt(outline.startTimeUnixNano) + BigInt(Math.round(model.from))).toString());
  const iso = new Date(start_ms).toISOString();
  const gone = outline.minimizedKinds.filter(({ kind }) => kind !== SEALED);
  const minimized = replacedWords(gone);
  return (
    <header className={styles['header']}>
      <div className={styles['first']}>
        <h1 className={styles['title']}>
          <ServiceName name={serviceOf(outline, root)} />
          <span>{nameOf(outline, root)}</span>
        </h1>
        <div className={styles['actions']}>
          <Hint text="Copy the link to what you see" keys="y">
            <Button onPress={onCopyLink}>
              <Link2 aria-hidden />
              <span role="status">{isCopied ? 'Copied' : 'Copy link'}</span>
            </Button>
          </Hint>
          <Hint text="Compare with another trace" keys="c">
            <Button onPress={onCompare}>
              <ArrowLeftRight aria-hidden />
              Compare…
            </Button>
          </Hint>
          {mayAudit ? (
            <Link className={styles['download'] ?? ''} to="/audit" search={{ resource: `trace:${outline.traceId}` }} title="Who looked at this trace">
              <Eye aria-hidden size={15} />
              Who looked
            </Link>
          ) : null}
          <a className={styles['download']} href={`/api/v1/traces/${outline.traceId}`} download={`trace-${outline.traceId}.json`} title="The whole trace as OTLP/JSON">
            <Download aria-hidden size={15} />
            OTLP
          </a>
        </div>
      </div>
      <div className={styles['facts']}>
        <span>
          <time dateTime={iso} title={iso}>
            {instant(start_ms)}
          </time>
          <CopyButton text={iso} label="Copy the time as ISO" />
        </span>
        <b>{duration(model.to - model.from)}</b>
        <span>{outline.more ? `${count(outline.size)} spans shown of more` : plural(outline.size, 'span')}</span>
        <span>{plural(outline.services.length, 'service')}</span>
        {errors === 0 ? <span>no errors</span> : <State state="error">{plural(errors, 'error')}</State>}
        {minimized === '' ? null : <State state="minimized">{minimized}</State>}
        <Rules rules={rulesOf(gone)} />
      </div>
      {seal}
      {sealed}
      <Services model={model} folded={foldedServices} onFold={onFoldServices} />
    </header>
  );
}

/** The rules of the policy that replaced something; each leads to its reason. */
function Rules({ rules }: { readonly rules: readonly string[] }): ReactNode {
  if (rules.length === 0) return null;
  const more = rules.length - RULES_MAX;
  return (
    <span className={styles['rules']}>
      by
      {rules.slice(0, RULES_MAX).map((rule, at) => (
        <span key={rule}>
          <RuleLink rule={rule} />
          {at + 1 < rules.length ? ',' : ''}
        </span>
      ))}
      {more > 0 ? `and ${plural(more, 'other rule')}` : null}
    </span>
  );
}

/** One chip a service; pressing it folds what the service does within itself. */
function Services({ model, folded, onFold }: { readonly model: TraceModel; readonly folded: readonly string[]; readonly onFold: (names: readonly string[]) => void }): ReactNode {
  const [all, setAll] = useState(false);
  const { outline, spansOf, errorsOf } = model;
  const order = outline.services.map((_, at) => at).sort((left, right) => (spansOf[right] ?? 0) - (spansOf[left] ?? 0));
  const shown = all ? order : order.slice(0, CHIPS_MAX);
  return (
    <div className={styles['services']} role="group" aria-label="Services: press to fold what one does within itself">
      {shown.map((at) => {
        const name = outline.services[at] ?? '';
        const isFolded = folded.includes(name);
        const errors = errorsOf[at] ?? 0;
        return (
          <button key={at} type="button" className={styles['chip']} aria-pressed={isFolded} title={isFolded ? `Show what ${name} does within itself` : `Fold what ${name} does within itself`} onClick={() => onFold(isFolded ? folded.filter((one) => one !== name) : [...folded, name])}>
            <ServiceName name={name} />
            <span className={styles['many']}>{count(spansOf[at] ?? 0)}</span>
            {errors === 0 ? null : <span className={styles['failed']}>{plural(errors, 'error')}</span>}
            {isFolded ? <span className={styles['folded']}>folded</span> : null}
          </button>
        );
      })}
      {order.length > CHIPS_MAX ? (
        <button type="button" className={styles['chip']} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${order.length - CHIPS_MAX} more`}
        </button>
      ) : null}
    </div>
  );
}
