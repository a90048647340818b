/**
 * One service: its figures over time, and by operation. Every point leads to its traces. Choosing an operation narrows the charts to it, in the URL.
 */
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { type RedAnswer, type RedGroup, useRed } from '#api/figures.ts';
import { oneOf } from '#frame/address.ts';
import { keepRange } from '#frame/keep-range.ts';
import { plural, rateUnit } from '#time/format.ts';
import { type PageRange, useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Segments } from '#ui/choice.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { Skeleton, SkeletonRows } from '#ui/skeleton.tsx';
import { ratesOf, searchFor, timelineOf } from './figures.ts';
import pageStyles from './page.module.css';
import { RedCharts } from './red-charts.tsx';
import { RedFigures } from './red-figures.tsx';
import { RedTable } from './red-table.tsx';
import styles from './service-page.module.css';
import { SPANS } from './spans.ts';
import { useServicesAddress } from './use-address.ts';

const BUCKETS = 100;

export function ServicePage(): ReactNode {
  const { service = '' } = useParams({ strict: false });
  const search: Record<string, unknown> = useSearch({ strict: false });
  const chosen = { operation: oneOf(search['operation']), kind: oneOf(search['kind']) };
  const range = useRange();
  const [address, change] = useServicesAddress();
  const whole = useRed({ by: 'service', service, spans: address.spans, buckets: BUCKETS }, range);
  const parts = useRed({ by: 'operation', service, spans: address.spans, buckets: BUCKETS }, range);
  const error = whole.error ?? parts.error;
  const narrowed = chosen.operation === undefined ? undefined : parts.data?.groups.find(({ operation, kind }) => operation === chosen.operation && (chosen.kind === undefined || kind === chosen.kind));
  return (
    <Page wide>
      <PageHeader
        title={<ServiceName name={service} />}
        actions={
          <>
            <Segments label="Which spans count" options={SPANS} value={address.spans} onChange={(spans) => change({ spans })} />
            <Link to="/search" search={searchFor({ service }, range.range)} className={styles['way'] ?? ''}>
              Traces
            </Link>
            <Link to="/map" search={(before: Record<string, unknown>) => ({ ...keepRange(before), focus: service })} className={styles['way'] ?? ''}>
              On the map
            </Link>
          </>
        }
      >
        {address.spans === 'entry' ? 'Requests: server and consumer spans, and spans that begin a trace.' : 'All spans, inner ones and calls to others included.'} Changes are against the same time before.
      </PageHeader>
      {error !== null ? <ErrorNote error={error} retry={() => void Promise.all([whole.refetch(), parts.refetch()])} /> : null}
      {whole.data === undefined || parts.data === undefined ? (
        error === null ? <Loading /> : null
      ) : (
        <div className={pageStyles['list']} data-stale={whole.isPlaceholderData || parts.isPlaceholderData || undefined} aria-busy={whole.isPlaceholderData || parts.isPlaceholderData}>
          <Figures service={service} whole={whole.data} parts={parts.data} narrowed={narrowed} range={range} onAll={() => change({ spans: 'all' })} />
        </div>
      )}
    </Page>
  );
}

interface FiguresProps {
  readonly service: string;
  readonly whole: RedAnswer;
  readonly parts: RedAnswer;
  /** The operation that was chosen. */
  readonly narrowed: RedGroup | undefined;
  readonly range: PageRange;
  readonly onAll: () => void;
}

function Figures({ service, whole, parts, narrowed, range, onAll }: FiguresProps): ReactNode {
  const navigate = useNavigate();
  const [address, change] = useServicesAddress();
  const timeline = useMemo(() => timelineOf(whole, range.now_ms), [whole, range.now_ms]);
  const [group] = narrowed === undefined ? whole.groups : [narrowed];
  const choose = (operation?: string, kind?: string): void => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, operation, kind }) });
  if (group === undefined) {
    return (
      <Empty title={address.spans === 'entry' ? 'No requests in this time' : 'No spans in this time'}>
        <p>{address.spans === 'entry' ? `${service} may only have spans inside other services’ traces. Look at all its spans, or choose a longer time above.` : `${service} sent no span. Choose a longer time above.`}</p>
        {address.spans === 'entry' ? <Button onPress={onAll}>Show all spans</Button> : null}
      </Empty>
    );
  }
  const unit = rateUnit(ratesOf(group.series.count, timeline));
  // What is counted here, so that a point leads to these spans and no others.
  const counted = address.spans === 'entry' ? 'entry' : undefined;
  const spansOf = { service, operation: narrowed?.operation, kind: narrowed?.kind ?? counted };
  return (
    <>
      {narrowed === undefined ? null : (
        <div className={styles['narrowed']}>
          <span>
            Only <b>{narrowed.operation}</b> <span className={styles['kind']}>{narrowed.kind}</span>
          </span>
          <Button size="small" look="quiet" onPress={() => choose()}>
            <X aria-hidden size={13} /> All operations
          </Button>
        </div>
      )}
      <RedFigures group={group} timeline={timeline} unit={unit} />
      <RedCharts group={group} timeline={timeline} unit={unit} spansOf={spansOf} range={range} />
      <Panel flush title="Operations" note={`${plural(parts.groups.length, 'operation')}${parts.more ? ', those with most spans' : ''}`}>
        <RedTable
          label={`Operations of ${service}, ${range.label}`}
          heading="Operation"
          groups={parts.groups}
          timeline={timeline}
          unit={unit}
          sort={address.sort}
          onSort={(sort) => change({ sort })}
          name={(one) => <OperationName group={one} chosen={one === narrowed} onChoose={choose} />}
          errorsSearch={({ operation, kind }) => searchFor({ service, operation, kind, status: 'error' }, range.range)}
          slowSearch={({ operation, kind }, durationMin) => searchFor({ service, operation, kind, durationMin }, range.range)}
        />
      </Panel>
    </>
  );
}

function OperationName({ group: { operation = '', kind, rest }, chosen, onChoose }: { readonly group: RedGroup; readonly chosen: boolean; readonly onChoose: (operation?: string, kind?: string) => void }): ReactNode {
  if (rest) return <span title="The server keeps a limited number of names apart">all other operations</span>;
  return (
    <button type="button" className={styles['operation']} aria-pressed={chosen} onClick={() => (chosen ? onChoose() : onChoose(operation, kind))}>
      <span className={styles['words']}>{operation === '' ? 'no name' : operation}</span>
      <span className={styles['kind']}>{kind}</span>
    </button>
  );
}

/** As high as what comes. */
function Loading(): ReactNode {
  return (
    <div className={pageStyles['list']} role="status" aria-label="Loading the service">
      <Skeleton height="92px" />
      <div className={styles['charts']}>
        <Skeleton height="260px" />
        <Skeleton height="260px" />
        <Skeleton height="260px" />
      </div>
      <SkeletonRows rows={6} height="44px" />
    </div>
  );
}
