/** A trace that is not there yet, or not at all. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '#api/client.ts';
import { recentTraces } from '#outline/recent-traces.ts';
import { duration } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page } from '#ui/page-header.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import styles from './trace.module.css';

/** The outlines of the page in their final sizes. */
export function Arriving({ tries }: { readonly tries: number }): ReactNode {
  return (
    <div role="status" aria-label="The trace is being fetched" className={styles['arriving']}>
      <Skeleton width="min(420px, 90%)" height="24px" />
      <Skeleton width="min(620px, 100%)" height="18px" />
      <p className={styles['waiting']}>{tries === 0 ? '' : `Not here yet. Exporters send in batches, so it may be on its way: asking again (${tries}).`}</p>
      <Skeleton height="30px" />
      <Skeleton height="56px" />
      {Array.from({ length: 12 }, (_, at) => (
        <Skeleton key={at} height="20px" width={`${100 - ((at * 37) % 60)}%`} />
      ))}
    </div>
  );
}

export interface NotThereProps {
  readonly id: string;
  readonly error: Error;
  readonly isFetching: boolean;
  readonly retry: () => void;
  readonly search: () => void;
}

export function NotThere({ id, error, isFetching, retry, search }: NotThereProps): ReactNode {
  const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 400);
  if (!isUnknown) {
    return (
      <Page>
        <ErrorNote error={error} retry={retry} />
      </Page>
    );
  }
  const isId = /^[0-9a-f]{32}$/i.test(id);
  const recent = recentTraces();
  return (
    <Page>
      <Empty title={isId ? 'There is no such trace here' : 'That is no trace id'}>
        {isId ? (
          <ul className={styles['reasons']}>
            <li>It may still be on its way: exporters send in batches, most of them every five seconds.</li>
            <li>It may have expired: traces are kept for a time, which the page Health shows.</li>
            <li>Its producer may have been refused: the page Ingest says what was, and why.</li>
            <li>The id may be another one: {id}</li>
          </ul>
        ) : (
          <p>A trace id has 32 characters, 0 to 9 and a to f, and is not all zeros. Some tools cut them: look for the whole one.</p>
        )}
        <div className={styles['ways']}>
          {isId ? (
            <Button look="primary" isPending={isFetching} onPress={retry}>
              Look again
            </Button>
          ) : null}
          <Button onPress={search}>Search for traces</Button>
        </div>
        {recent.length === 0 ? null : (
          <>
            <h3>Opened lately in this browser</h3>
            <ul className={styles['recent']}>
              {recent.slice(0, 6).map((trace) => (
                <li key={trace.id}>
                  <Link to="/traces/$id" params={{ id: trace.id }}>
                    <ServiceName name={trace.service}>{trace.name}</ServiceName>
                  </Link>
                  <span>{duration(trace.duration)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Empty>
    </Page>
  );
}
