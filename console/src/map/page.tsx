/** Who calls whom: services and the calls between them, where it fails and where it is slow. */
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useServiceMap } from '#api/figures.ts';
import { keepRange } from '#frame/keep-range.ts';
import { count, plural } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Segments } from '#ui/choice.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import { Details } from './details.tsx';
import { Legend } from './legend.tsx';
import { around, type MapModel, modelOf } from './model.ts';
import styles from './page.module.css';
import { Picture } from './picture.tsx';
import { Tables } from './tables.tsx';
import { useMapAddress } from './use-address.ts';

const VIEWS = [{ id: 'picture', label: 'Picture' }, { id: 'table', label: 'Table' }] as const;

/** Fewer are seen at a glance. */
const MANY = 12;

export function MapPage(): ReactNode {
  const range = useRange();
  const [address, change] = useMapAddress();
  const map = useServiceMap(range);
  const whole = useMemo(() => (map.data === undefined ? null : modelOf(map.data, range.now_ms)), [map.data, range.now_ms]);
  const model = useMemo(() => (whole === null || address.focus === undefined ? whole : around(whole, address.focus)), [whole, address.focus]);
  const oneIn = map.data?.oneIn ?? 1;
  return (
    <Page wide>
      <PageHeader title="Map" actions={
          <>
            {whole === null || whole.nodes.length < MANY ? null : <Field label="Find a service" bare placeholder="Find a service" value={address.wanted} onChange={(wanted) => change({ wanted })} />}
            <Segments label="How to show it" options={VIEWS} value={address.view} onChange={(view) => change({ view })} />
          </>
        }
      >
        {model === null || model.nodes.length === 0 ? 'Which service calls which.' : summaryOf(model, oneIn, map.data?.more ?? false)}
      </PageHeader>
      {map.error !== null ? <ErrorNote error={map.error} retry={() => void map.refetch()} /> : null}
      {model === null || whole === null ? (
        map.error === null ? <Loading /> : null
      ) : whole.nodes.length === 0 ? (
        <Empty title="Nothing to draw in this time">
          <p>Services and the calls between them are read from traces: a span whose parent belongs to another service is a call. Choose a longer time above, or let services send traces.</p>
          <Link to="/ingest" search={keepRange}>
            Connect a service
          </Link>
        </Empty>
      ) : (
        <div className={styles['map']} data-stale={map.isPlaceholderData || undefined} aria-busy={map.isPlaceholderData}>
          {address.focus === undefined ? null : (
            <div className={styles['focus']}>
              <span className={styles['call']}>
                Only <ServiceName name={address.focus} /> and its neighbours
              </span>
              <Button size="small" look="quiet" onPress={() => change({ focus: undefined })}>
                <X aria-hidden size={13} /> All services
              </Button>
            </div>
          )}
          {whole.edges.length === 0 ? <p className={styles['note']}>No service called another in this time. Lines appear when a trace crosses from one service into the next, which needs context propagation between them.</p> : null}
          {address.view === 'table' ? (
            <Tables model={model} wanted={address.wanted} oneIn={oneIn} range={range.range} />
          ) : (
            <>
              <div className={styles['beside']}>
                <div className={styles['picture']}>
                  <Picture model={model} label={`Service map, ${range.label}`} selected={address.selected} wanted={address.wanted} onSelect={(selected) => change({ selected })} />
                </div>
                {address.selected === null ? null : (
                  <Details
                    model={whole}
                    oneIn={oneIn}
                    selected={address.selected}
                    range={range.range}
                    focused={address.selected.is === 'node' && address.selected.name === address.focus}
                    onSelect={(selected) => change({ selected })}
                    onFocus={(focus) => change({ focus })}
                  />
                )}
              </div>
              <Legend />
            </>
          )}
        </div>
      )}
    </Page>
  );
}

function summaryOf({ nodes, edges }: MapModel, oneIn: number, more: boolean): string {
  const failing = edges.filter(({ health }) => health !== 'well').length;
  const parts = [`${plural(nodes.length, 'service')}, ${plural(edges.length, 'kind')} of call`, failing === 0 ? 'none failing' : `${count(failing)} failing`];
  return `${parts.join(', ')}${more ? ', those with most calls' : ''}${oneIn > 1 ? `; calls estimated from one trace in ${count(oneIn)}` : ''}.`;
}

/** As high as the picture. */
function Loading(): ReactNode {
  return (
    <div className={styles['loading']} role="status" aria-label="Loading the map">
      <Skeleton height="100%" />
    </div>
  );
}
