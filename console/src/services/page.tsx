/** All services: what they get, what fails, how long it takes, and what changed. The question is "which one?", so everything sorts and leads on. */
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { type RedGroup, useRed, useServiceNames } from '#api/figures.ts';
import { keepRange } from '#frame/keep-range.ts';
import { plural, rateUnit } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { Segments } from '#ui/choice.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { meanRates, searchFor, timelineOf } from './figures.ts';
import styles from './page.module.css';
import { RedTable } from './red-table.tsx';
import { SPANS } from './spans.ts';
import { useServicesAddress } from './use-address.ts';

const BUCKETS = 40;

export function ServicesPage(): ReactNode {
  const range = useRange();
  const [address, change] = useServicesAddress();
  // What is counted here, so that its figures lead to these spans and no others.
  const counted = address.spans === 'entry' ? 'entry' : undefined;
  const red = useRed({ by: 'service', spans: address.spans, buckets: BUCKETS }, range);
  const names = useServiceNames();
  const groups = red.data?.groups ?? [];
  const wanted = address.filter.toLowerCase();
  const shown = groups.filter(({ service }) => service.toLowerCase().includes(wanted));
  const silent = (names.data ?? []).filter((name) => name.toLowerCase().includes(wanted) && !groups.some(({ service }) => service === name));
  const timeline = red.data === undefined ? null : timelineOf(red.data, range.now_ms);
  return (
    <Page wide>
      <PageHeader
        title="Services"
        actions={
          <>
            <div className={styles['filter']}>
              <Field label="Filter by name" bare placeholder="Filter by name" value={address.filter} onChange={(filter) => change({ filter })} />
              {address.filter === '' ? null : (
                <IconButton label="Clear the filter" size="small" onPress={() => change({ filter: '' })}>
                  <X aria-hidden size={14} />
                </IconButton>
              )}
            </div>
            <Segments label="Which spans count" options={SPANS} value={address.spans} onChange={(spans) => change({ spans })} />
          </>
        }
      >
        {address.spans === 'entry' ? 'Requests: server and consumer spans, and spans that begin a trace.' : 'All spans, inner ones and calls to others included.'} Changes are against the same time before.
      </PageHeader>
      {red.error !== null ? <ErrorNote error={red.error} retry={() => void red.refetch()} /> : null}
      {red.data === undefined || timeline === null ? (
        red.error === null ? (
          <Panel flush>
            <div className={styles['loading']}>
              <SkeletonRows rows={8} height="44px" label="Loading the services" />
            </div>
          </Panel>
        ) : null
      ) : groups.length === 0 && silent.length === 0 ? (
        <NoServices everSent={(names.data?.length ?? 0) > 0} range={range.label} filter={address.filter} />
      ) : (
        <div className={styles['list']} data-stale={red.isPlaceholderData || undefined} aria-busy={red.isPlaceholderData}>
          {shown.length === 0 ? (
            <Empty title={`No service with requests in this time${address.filter === '' ? '' : ' has that name'}`}>
              <p>{address.filter === '' ? 'Choose a longer time above, or look at all spans.' : 'Change the filter, or choose a longer time above.'}</p>
              {address.spans === 'entry' ? <Button onPress={() => change({ spans: 'all' })}>Show all spans</Button> : null}
            </Empty>
          ) : (
            <Panel flush>
              <RedTable
                label={`Services, ${range.label}`}
                heading={plural(shown.length, 'service')}
                groups={shown}
                timeline={timeline}
                unit={rateUnit(meanRates(groups, timeline))}
                sort={address.sort}
                onSort={(sort) => change({ sort })}
                name={(group) => <Name group={group} />}
                errorsSearch={({ service }) => searchFor({ service, kind: counted, status: 'error' }, range.range)}
                slowSearch={({ service }, durationMin) => searchFor({ service, kind: counted, durationMin }, range.range)}
              />
            </Panel>
          )}
          {red.data.more ? <p className={styles['note']}>These 100 services had most spans; there are more. A filter looks through these only.</p> : null}
          {silent.length === 0 ? null : (
            <p className={styles['note']}>
              {address.spans === 'entry' ? 'Without requests in this time: ' : 'Without spans in this time: '}
              {silent.slice(0, 40).map((name) => (
                <Link key={name} to="/services/$service" params={{ service: name }} search={keepRange} className={styles['silent'] ?? ''}>
                  <ServiceName name={name} />
                </Link>
              ))}
              {silent.length > 40 ? `and ${silent.length - 40} more` : null}
            </p>
          )}
        </div>
      )}
    </Page>
  );
}

function Name({ group: { service, rest } }: { readonly group: RedGroup }): ReactNode {
  if (rest) return <span title="The server keeps a limited number of names apart">all other services</span>;
  return (
    <Link to="/services/$service" params={{ service }} search={keepRange} className={styles['service'] ?? ''}>
      <ServiceName name={service} />
    </Link>
  );
}

function NoServices({ everSent, range, filter }: { readonly everSent: boolean; readonly range: string; readonly filter: string }): ReactNode {
  if (everSent) {
    return (
      <Empty title={filter === '' ? 'Nothing arrived in this time' : 'No service has that name'}>
        <p>{filter === '' ? `${range}: no service sent a span. Choose a longer time above.` : 'Change the filter, or choose a longer time above.'}</p>
      </Empty>
    );
  }
  return (
    <Empty title="No service has sent anything yet">
      <p>Once traces arrive, each service stands here with its rate, errors and durations, made from its spans. Nothing has to be set up for that.</p>
      <Link to="/ingest" search={keepRange}>
        Connect a service
      </Link>
    </Empty>
  );
}
