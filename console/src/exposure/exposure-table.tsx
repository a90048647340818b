/**
 * What services send, a line each: where, what kind, how much of it and since when, and what becomes of it. A click on the head of a column sorts; the
 * bars share one scale. On narrow windows a row becomes a card.
 */
import { Link } from '@tanstack/react-router';
import { ArrowDown, PencilRuler, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ExposureRow } from '#api/exposure.ts';
import { Sparkline } from '#charts/sparkline.tsx';
import { keepRange } from '#frame/keep-range.ts';
import { count, millisOf } from '#time/format.ts';
import type { Range } from '#time/range.ts';
import { ActingRule } from '#ui/acting-rule.tsx';
import { KeyText } from '#ui/key-text.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { State } from '#ui/state.tsx';
import { TimeText } from '#ui/time-text.tsx';
import { attributePlace, kindName, placeText } from '#words';
import type { Sort } from './address.ts';
import styles from './exposure.module.css';
import { ruleFor, searchOf, sortedRows, type Steps, trendOf } from './rows.ts';

export interface ExposureTableProps {
  readonly label: string;
  readonly rows: readonly ExposureRow[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly range: Range;
  readonly steps: Steps;
  readonly now_ms: number;
  /** Whether to offer rules: only to those who may write them. */
  readonly mayWrite: boolean;
}

export function ExposureTable(props: ExposureTableProps): ReactNode {
  const { label, rows, sort, onSort } = props;
  const most = Math.max(1, ...rows.map((row) => row.count));
  const head = (of: Sort, text: string): ReactNode => (
    <th key={of} scope="col" aria-sort={sort !== of ? 'none' : of === 'count' || of === 'since' ? 'descending' : 'ascending'}>
      <button type="button" className={styles['sort']} onClick={() => onSort(of)}>
        {text}
        <ArrowDown aria-hidden size={11} data-on={sort === of || undefined} data-up={(of !== 'count' && of !== 'since') || undefined} />
      </button>
    </th>
  );
  return (
    <table aria-label={label} className={styles['table']}>
      <thead>
        <tr>
          {head('key', 'Where')}
          {head('service', 'Service')}
          {head('kind', 'What')}
          {head('count', 'How much')}
          {head('since', 'Since')}
          {head('action', 'What the policy does')}
          <th scope="col">
            <span className="visually-hidden">Where it leads</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sortedRows(rows, sort).map((row) => (
          <Row key={`${row.service} ${row.place} ${row.key} ${row.inKey} ${row.kind}`} {...props} row={row} most={most} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, most, range, steps, now_ms, mayWrite }: ExposureTableProps & { readonly row: ExposureRow; readonly most: number }): ReactNode {
  return (
    <tr>
      <th scope="row" className={styles['where']}>
        <Where row={row} />
      </th>
      <td data-column="Service">
        <Link to="/services/$service" params={{ service: row.service }} search={keepRange} className={styles['service'] ?? ''} title={row.service}>
          <ServiceName name={row.service} />
        </Link>
      </td>
      <td data-column="What">
        <State state="minimized">{kindName(row.kind)}</State>
      </td>
      <td data-column="How much">
        <span className={styles['amount']}>
          <span className={styles['share']}>
            <b>{count(row.count)}</b>
            <i aria-hidden style={{ inlineSize: `${Math.max(1, (row.count / most) * 100)}%` }} />
          </span>
          <Sparkline values={trendOf(row.trend, steps, now_ms)} token="--chart-2" width={72} filled />
        </span>
      </td>
      <td data-column="Since">
        <span className={styles['since']}>
          <TimeText unix_ms={millisOf(row.firstSeen)} now_ms={now_ms} />
          {row.isNew ? (
            <span className={styles['new']} title="First seen in this time; there were spans before it">
              new
            </span>
          ) : null}
        </span>
      </td>
      <td data-column="Policy">
        <Today row={row} />
      </td>
      <td className={styles['ways']} data-column="">
        <Ways row={row} range={range} mayWrite={mayWrite} />
      </td>
    </tr>
  );
}

function Where({ row: { place, key, inKey, rest } }: { readonly row: ExposureRow }): ReactNode {
  if (rest) return <span title="The server keeps a limited number of keys apart">all other keys</span>;
  const text = placeText(place);
  if (text !== null) return <span className={styles['key']}>{text}</span>;
  return (
    <>
      <code className={styles['key']}>{key === '' ? 'an empty key' : <KeyText text={key} />}</code>
      <span className={styles['place']}>{inKey ? `in the key itself, ${attributePlace(place)}` : attributePlace(place)}</span>
    </>
  );
}

function Today({ row: { action, rule, elsewhere } }: { readonly row: ExposureRow }): ReactNode {
  if (action === null) return <span className={styles['quiet']}>by the rules of each key</span>;
  return (
    <span className={styles['today']}>
      {action === 'keep' ? <State state="error">kept since the policy changed</State> : null}
      <ActingRule rule={rule} action={action} />
      {elsewhere.map((one) => (
        <span key={`${one.rule} ${one.action}`} className={styles['quiet']}>
          elsewhere <ActingRule {...one} />
        </span>
      ))}
    </span>
  );
}

function Ways({ row, range, mayWrite }: Pick<ExposureTableProps, 'range' | 'mayWrite'> & { readonly row: ExposureRow }): ReactNode {
  const rule = mayWrite ? ruleFor(row) : null;
  const what = `${kindName(row.kind)} in ${row.key === '' ? 'other keys' : row.key} of ${row.service}`;
  return (
    <>
      <Link to="/search" search={searchOf(row, range)} aria-label={`Traces with ${what}`} className={styles['way'] ?? ''}>
        <Search aria-hidden size={13} />
        Traces
      </Link>
      {rule === null ? null : (
        <Link to="/policy/edit" search={rule} aria-label={`Write a rule for ${what}`} className={styles['way'] ?? ''}>
          <PencilRuler aria-hidden size={13} />
          Write a rule
        </Link>
      )}
    </>
  );
}
