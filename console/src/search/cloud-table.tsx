/** What the scatter shows, in words: the slowest spans among its points, each with the way to its trace. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { duration, plural } from '#time/format.ts';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TimeText } from '#ui/time-text.tsx';
import { type Cloud, slowest } from './cloud.ts';
import styles from './cloud-table.module.css';

const ROWS = 50;

export function CloudTable({ cloud, height }: { readonly cloud: Cloud | null; readonly height: number }): ReactNode {
  if (cloud === null) {
    return (
      <div className={styles['place']} style={{ blockSize: height }}>
        <SkeletonRows rows={6} height="24px" label="Loading the slowest spans" />
      </div>
    );
  }
  const rows = slowest(cloud, ROWS);
  return (
    <div className={styles['place']} style={{ blockSize: height }} tabIndex={0} role="region" aria-label="Slowest spans">
      <table className={styles['table']}>
        <caption className={styles['caption']}>
          {cloud.count === 0 ? 'No spans in this range.' : `The slowest of ${plural(cloud.count, 'span')} drawn, one per trace. Durations go from ${duration(cloud.min)} to ${duration(cloud.max)}.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Duration</th>
            <th scope="col">Service</th>
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col">Trace</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((at) => (
            <tr key={at}>
              <td>{duration(cloud.duration[at])}</td>
              <td>
                <ServiceName name={cloud.service[at] ?? ''} />
              </td>
              <td>{cloud.error[at] === 1 ? '✕ error' : 'no error'}</td>
              <td>
                <TimeText unix_ms={cloud.at_ms[at] ?? 0} />
              </td>
              <td>
                <Link to="/traces/$id" params={{ id: cloud.trace[at] ?? '' }} className={styles['id'] ?? ''}>
                  {(cloud.trace[at] ?? '').slice(0, 8)}…
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
