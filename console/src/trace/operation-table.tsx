/** The trace summed up by operation: how often each ran, how long in all, how much of that itself. */
import { type ReactNode, useMemo, useState } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { type Operation, operationsOf } from '#outline/operations.ts';
import { count, duration, percent } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import styles from './table.module.css';

type Field = 'count' | 'errors' | 'total' | 'self' | 'critical' | 'longest';
const FIELDS: readonly (readonly [Field, string])[] = [['count', 'Spans'], ['errors', 'Errors'], ['total', 'Total'], ['self', 'Self time'], ['critical', 'Critical path'], ['longest', 'Longest']];
/** A sender may make a new name for each span. */
const SHOWN = 200;

export function OperationTable({ model, text: wanted, onOpen }: { readonly model: TraceModel; readonly text: string; readonly onOpen: (span: number) => void }): ReactNode {
  const [field, setField] = useState<Field>('self');
  const [all, setAll] = useState(false);
  const operations = useMemo(() => {
    const text = wanted.toLowerCase();
    const all = operationsOf(model).filter(({ service, name }) => `${service} ${name}`.toLowerCase().includes(text));
    return all.sort((left, right) => right[field] - left[field]);
  }, [model, field, wanted]);
  const most = operations[0]?.[field] ?? 0;
  const shown = all ? operations.slice(0, 5_000) : operations.slice(0, SHOWN);
  const text = (operation: Operation, which: Field): string => (which === 'count' || which === 'errors' ? count(operation[which]) : duration(operation[which]));
  return (
    <div className={styles['box']} tabIndex={0} role="region" aria-label="Operations of the trace">
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            {FIELDS.map(([id, label]) => (
              <th key={id} scope="col" aria-sort={field === id ? 'descending' : 'none'} data-number>
                <button type="button" onClick={() => setField(id)}>
                  {label}
                  {field === id ? ' ↓' : ''}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((operation) => (
            <tr key={JSON.stringify([operation.service, operation.name])}>
              <td>
                <ServiceName name={operation.service} />
              </td>
              <td>
                <button type="button" className={styles['way']} title="Open its longest span" onClick={() => onOpen(operation.span)}>
                  {operation.name === '' ? 'no name' : operation.name}
                </button>
              </td>
              {FIELDS.map(([id]) => (
                <td key={id} data-number data-sorted={field === id || undefined}>
                  {field !== id || most === 0 ? null : <span aria-hidden className={styles['share']} style={{ inlineSize: `${(100 * operation[id]) / most}%` }} />}
                  <span className={styles['figure']} data-bad={(id === 'errors' && operation.errors > 0) || undefined}>
                    {text(operation, id)}
                    {id === 'critical' && operation.critical > 0 ? <small> {percent(operation.critical / Math.max(1, model.critical.length))}</small> : null}
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === operations.length ? null : <Button onPress={() => setAll(true)}>Show all {count(operations.length)} operations</Button>}
    </div>
  );
}
