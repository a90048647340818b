/** The trace summed up by operation (TanStack Table): how often each ran, how long in all, how much of that itself. */
import { createColumnHelper, createSortedRowModel, rowSortingFeature, sortFn_text, tableFeatures, useTable } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { TraceModel } from '#outline/model.ts';
import { type Operation, operationsOf } from '#outline/operations.ts';
import { count, duration, percent } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import styles from './table.module.css';

const FEATURES = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: { text: sortFn_text } });
const column = createColumnHelper<typeof FEATURES, Operation>();
const figure = (id: 'count' | 'errors' | 'total' | 'self' | 'critical' | 'longest', header: string, words: (value: number) => string) => column.accessor(id, { header, sortDescFirst: true, cell: ({ getValue }) => words(getValue()) });
const COLUMNS = column.columns([
  column.accessor('service', { header: 'Service', sortFn: 'text', cell: ({ getValue }) => <ServiceName name={getValue()} /> }),
  column.accessor('name', { header: 'Operation', sortFn: 'text' }),
  figure('count', 'Spans', count),
  figure('errors', 'Errors', count),
  figure('total', 'Total', duration),
  figure('self', 'Self time', duration),
  figure('critical', 'Critical path', duration),
  figure('longest', 'Longest', duration),
]);
/** A sender may make a new name for each span. */
const SHOWN = 200;
const SHOWN_MAX = 5_000;

export interface OperationTableProps {
  readonly model: TraceModel;
  readonly text: string;
  readonly onOpen: (span: number) => void;
}

export function OperationTable({ model, text, onOpen }: OperationTableProps): ReactNode {
  const [all, setAll] = useState(false);
  const data = useMemo(() => {
    const wanted = text.toLowerCase();
    return operationsOf(model).filter(({ service, name }) => `${service} ${name}`.toLowerCase().includes(wanted));
  }, [model, text]);
  const table = useTable({ features: FEATURES, columns: COLUMNS, data, enableSortingRemoval: false, enableMultiSort: false, initialState: { sorting: [{ id: 'self', desc: true }] } });
  const { rows } = table.getRowModel();
  const [sorting] = table.state.sorting;
  const most = rows.reduce((greatest, row) => Math.max(greatest, Number(row.getValue(sorting?.id ?? 'self')) || 0), 0);
  const shown = rows.slice(0, all ? SHOWN_MAX : SHOWN);
  if (rows.length === 0) {
    return (
      <Empty title="No operation matches">
        <p>Shorten the text, or clear it to see all operations.</p>
      </Empty>
    );
  }
  return (
    <div className={styles['box']} tabIndex={0} role="region" aria-label="Operations of the trace">
      <table className={styles['table']}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                return (
                  <th key={header.id} scope="col" aria-sort={sorted === false ? 'none' : sorted === 'desc' ? 'descending' : 'ascending'} data-number={isFigure(header.column.id) || undefined}>
                    <button type="button" onClick={() => header.column.toggleSorting()}>
                      <table.FlexRender header={header} />
                      {sorted === false ? null : sorted === 'desc' ? <ArrowDown aria-hidden size={12} /> : <ArrowUp aria-hidden size={12} />}
                    </button>
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => {
                const { id } = cell.column;
                const isSorted = isFigure(id) && cell.column.getIsSorted() !== false;
                return (
                  <td key={cell.id} data-number={isFigure(id) || undefined} data-sorted={isSorted || undefined}>
                    {isSorted && most > 0 ? <span aria-hidden className={styles['share']} style={{ inlineSize: `${(100 * Number(cell.getValue())) / most}%` }} /> : null}
                    {id === 'name' ? (
                      <button type="button" className={styles['way']} title="Open its longest span" onClick={() => onOpen(row.original.span)}>
                        {row.original.name === '' ? 'no name' : row.original.name}
                      </button>
                    ) : (
                      <span className={styles['figure']} data-bad={(id === 'errors' && row.original.errors > 0) || undefined}>
                        <table.FlexRender cell={cell} />
                        {id === 'critical' && row.original.critical > 0 ? <small> {percent(row.original.critical / Math.max(1, model.critical.length))}</small> : null}
                      </span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === rows.length || all ? null : <Button onPress={() => setAll(true)}>Show {rows.length > SHOWN_MAX ? `the first ${count(SHOWN_MAX)} of ` : 'all '}{count(rows.length)} operations</Button>}
    </div>
  );
}

function isFigure(id: string): boolean {
  return id !== 'service' && id !== 'name';
}
