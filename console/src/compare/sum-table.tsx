/** Both traces summed up by operation: how often, how long themselves, and the difference. */
import { type ReactNode, useMemo } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { count, duration } from '#time/format.ts';
import { ServiceName } from '#ui/service-name.tsx';
import styles from './compare.module.css';
import { difference, noiseOf } from './match.ts';
import { sumsOf } from './sums.ts';
import { VerdictMark } from './verdict.tsx';

/** Those that differ most stand first; further ones would not be read. */
const SHOWN = 500;

export function SumTable({ left, right }: { readonly left: TraceModel; readonly right: TraceModel }): ReactNode {
  const noise = noiseOf(left, right);
  const sums = useMemo(() => sumsOf(left, right), [left, right]);
  return (
    <div className={styles['sums']} tabIndex={0} role="region" aria-label="Operations of both traces">
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            <th scope="col">Spans A</th>
            <th scope="col">Spans B</th>
            <th scope="col">Self time A</th>
            <th scope="col">Self time B</th>
            <th scope="col">B compared with A</th>
          </tr>
        </thead>
        <tbody>
          {sums.slice(0, SHOWN).map(({ service, name, left: one, right: other, longer }) => {
            const verdict = one === null ? 'right' : other === null ? 'left' : difference(one.self, other.self, noise);
            return (
              <tr key={JSON.stringify([service, name])}>
                <td>
                  <ServiceName name={service} />
                </td>
                <td>{name}</td>
                <td>{one === null ? '–' : count(one.count)}</td>
                <td>{other === null ? '–' : count(other.count)}</td>
                <td>{one === null ? '–' : duration(one.self)}</td>
                <td>{other === null ? '–' : duration(other.self)}</td>
                <td>
                  <VerdictMark verdict={verdict}>{verdict === 'slower' || verdict === 'faster' ? duration(Math.abs(longer)) : null}</VerdictMark>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {sums.length > SHOWN ? <p className={styles['rest']}>{count(sums.length - SHOWN)} operations that differ less are not shown.</p> : null}
    </div>
  );
}
