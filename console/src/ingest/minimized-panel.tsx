/** What minimization replaced before anything was stored, by service and kind: what each service would have leaked. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Minimized } from '#api/ingest.ts';
import { kindWords } from '#outline/minimized-words.ts';
import { count } from '#time/format.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import styles from './ingest.module.css';

export function MinimizedPanel({ query: { data, error, refetch } }: { readonly query: UseQueryResult<Minimized> }): ReactNode {
  return (
    <Panel title="Minimized" note="values replaced before they were stored">
      {error === null ? null : <ErrorNote error={error} retry={() => void refetch()} />}
      {data === undefined ? error === null ? <SkeletonRows rows={4} height="44px" /> : null : <Services minimized={data} />}
    </Panel>
  );
}

function Services({ minimized: { services, more } }: { readonly minimized: Minimized }): ReactNode {
  if (services.length === 0) return <p className={styles['quiet']}>No secret and no personal value was found in this time.</p>;
  const sorted = services.map((one) => ({ ...one, total: one.kinds.reduce((sum, { count: values }) => sum + values, 0) })).sort((left, right) => right.total - left.total);
  const top = Math.max(1, ...sorted.map(({ total }) => total));
  return (
    <>
      <ul className={styles['leaks']}>
        {sorted.map(({ service, kinds, total }) => (
          <li key={service} className={styles['leak']}>
            <div className={styles['leakHead']}>
              <ServiceName name={service} />
              <span>{count(total)}</span>
            </div>
            <div aria-hidden className={styles['leakTrack']}>
              <span style={{ inlineSize: `${(total / top) * 100}%` }} />
            </div>
            <div className={styles['kinds']}>
              {kinds.map(({ kind, count: values }) => (
                <State key={kind} state="minimized">
                  {kindWords({ kind, count: values })}
                </State>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {more ? <p className={styles['quiet']}>There are more services than are listed here.</p> : null}
    </>
  );
}
