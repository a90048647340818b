/** Two traces side by side: what is the same step, what is on one side only, what took longer; and the sums by operation. */
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeftRight } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { oneOf } from '#frame/address.ts';
import { modelOf, type TraceModel } from '#outline/model.ts';
import { nameOf, serviceOf } from '#outline/outline.ts';
import { useOutline } from '#outline/outline-query.ts';
import { duration, instant, millisOf, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Segments } from '#ui/choice.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import styles from './compare.module.css';
import { compareTraces, type Verdict } from './match.ts';
import { PairTable } from './pair-table.tsx';
import { SumTable } from './sum-table.tsx';
import { VERDICTS, VerdictMark } from './verdict.tsx';

const VIEWS = [
  { id: 'steps', label: 'Steps' },
  { id: 'operations', label: 'Operations' },
] as const;

export function ComparePage(): ReactNode {
  const { a = '', b = '' } = useParams({ strict: false });
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const left = useOutline(a);
  const right = useOutline(b);
  const leftModel = useMemo(() => (left.data === undefined ? null : modelOf(left.data)), [left.data]);
  const rightModel = useMemo(() => (right.data === undefined ? null : modelOf(right.data)), [right.data]);
  const comparison = useMemo(() => (leftModel === null || rightModel === null ? null : compareTraces(leftModel, rightModel)), [leftModel, rightModel]);
  const view = oneOf(search['view']) === 'operations' ? 'operations' : 'steps';
  const only = Object.keys(VERDICTS).find((verdict): verdict is Verdict => verdict === oneOf(search['only']));
  const set = (change: Record<string, unknown>): void => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return (
    <Page wide>
      <PageHeader
        title="Two traces compared"
        actions={
          <Button onPress={() => void navigate({ to: '/compare/$a/$b', params: { a: b, b: a }, search: (before: Record<string, unknown>) => before })}>
            <ArrowLeftRight aria-hidden />
            Swap sides
          </Button>
        }
      >
        Matched from the roots down by service, name and kind; less than 5 % of a step or 0.1 % of the trace counts as the same.
      </PageHeader>
      <div className={styles['sides']}>
        <Side letter="A" name="left" id={a} model={leftModel} error={left.error} retry={() => void left.refetch()} />
        <Side letter="B" name="right" id={b} model={rightModel} error={right.error} retry={() => void right.refetch()} />
      </div>
      {leftModel === null || rightModel === null || comparison === null ? (
        left.error === null && right.error === null ? <SkeletonRows rows={12} height="28px" label="The traces are being fetched" /> : null
      ) : (
        <>
          <Outcome left={leftModel} right={rightModel} />
          <div className={styles['tools']}>
            <Segments label="View" options={VIEWS} value={view} onChange={(next) => set({ view: next === 'steps' ? undefined : next })} />
            {view === 'steps' ? (
              <div role="group" aria-label="Show only" className={styles['verdicts']}>
                {(Object.keys(VERDICTS) as Verdict[]).map((verdict) => (
                  <button key={verdict} type="button" aria-pressed={only === verdict} disabled={comparison.counts[verdict] === 0} onClick={() => set({ only: only === verdict ? undefined : verdict })}>
                    <VerdictMark verdict={verdict} /> {comparison.counts[verdict]}
                  </button>
                ))}
              </div>
            ) : null}
          </div>
          {view === 'steps' ? <PairTable left={leftModel} right={rightModel} comparison={comparison} only={only ?? null} /> : <SumTable left={leftModel} right={rightModel} />}
        </>
      )}
    </Page>
  );
}

interface SideProps {
  readonly letter: string;
  readonly name: string;
  readonly id: string;
  readonly model: TraceModel | null;
  readonly error: Error | null;
  readonly retry: () => void;
}

function Side({ letter, name, id, model, error, retry }: SideProps): ReactNode {
  return (
    <section className={styles['side']} aria-label={`Trace ${letter}, ${name}`}>
      <span className={styles['letter']}>{letter}</span>
      {model === null ? (
        error === null ? (
          <SkeletonRows rows={2} height="18px" label={`Trace ${letter} is being fetched`} />
        ) : (
          <ErrorNote error={error} retry={retry}>
            <code>{id}</code>
          </ErrorNote>
        )
      ) : (
        <div className={styles['told']}>
          <Link to="/traces/$id" params={{ id }} className={styles['name']}>
            <ServiceName name={serviceOf(model.outline, model.root)} /> {nameOf(model.outline, model.root)}
          </Link>
          <span className={styles['facts']}>
            <b>{duration(model.to - model.from)}</b>
            <span>{plural(model.outline.size, 'span')}</span>
            {model.errors === 0 ? <span>no errors</span> : <State state="error">{plural(model.errors, 'error')}</State>}
            <span>{instant(millisOf(model.outline.startTimeUnixNano))}</span>
          </span>
        </div>
      )}
    </section>
  );
}

/** The difference in a sentence. */
function Outcome({ left, right }: { readonly left: TraceModel; readonly right: TraceModel }): ReactNode {
  const apart = right.to - right.from - (left.to - left.from);
  const longer = Math.abs(apart);
  const share = longer / Math.max(1, Math.min(left.to - left.from, right.to - right.from));
  const spans = right.outline.size - left.outline.size;
  const errors = right.errors - left.errors;
  const said = [
    longer < 1 ? 'B took as long as A' : `B took ${duration(longer)} ${apart > 0 ? 'longer' : 'less'} than A${share >= 1 ? ` (${(share + 1).toFixed(1)} times)` : ''}`,
    spans === 0 ? 'with as many spans' : `with ${plural(Math.abs(spans), 'span')} ${spans > 0 ? 'more' : 'fewer'}`,
    errors === 0 ? 'and as many errors' : `and ${plural(Math.abs(errors), 'error')} ${errors > 0 ? 'more' : 'fewer'}`,
  ];
  return <p className={styles['outcome']}>{said.join(' ')}.</p>;
}
