/** A plain table of a few rows: on narrow windows each row becomes a block, its cells named by their columns. */
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface PlainRow {
  readonly id: string;
  readonly cells: readonly ReactNode[];
  /** Shown as something that is over. */
  readonly over?: boolean;
}

export interface PlainTableProps {
  readonly label: string;
  /** Empty for a column of buttons. */
  readonly columns: readonly string[];
  readonly rows: readonly PlainRow[];
}

export function PlainTable({ label, columns, rows }: PlainTableProps): ReactNode {
  return (
    <table aria-label={label} className={styles['table']}>
      <thead>
        <tr>
          {columns.map((name, at) => (
            <th key={name === '' ? at : name} scope="col">
              {name === '' ? <span className="visually-hidden">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, cells, over = false }) => (
          <tr key={id} data-over={over || undefined}>
            {cells.map((cell, at) => (
              <td key={columns[at]} data-column={columns[at]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
