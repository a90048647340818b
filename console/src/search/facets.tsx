/** Facets: what the spans of this range have, by frequency. A press wants it, a press on the minus wants it not. */
import { CircleMinus, CirclePlus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { count } from '#time/format.ts';
import type { PageRange } from '#time/use-range.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import styles from './facets.module.css';
import { attributeFilter, excluding, type Filter, has, type Place, withFilter, without } from './filters.ts';
import { useKeys, useValues } from './queries.ts';
import type { FacetKey } from './use-facets.ts';

export interface FacetsProps {
  /** More important answers are there. */
  readonly isReady: boolean;
  readonly filters: readonly Filter[];
  readonly range: PageRange;
  readonly onFilters: (filters: readonly Filter[]) => void;
  readonly keys: readonly FacetKey[];
  readonly onKeys: (keys: readonly FacetKey[]) => void;
}

const SHOWN = 6;
const SHOWN_ALL = 40;

export function Facets({ isReady, filters, range, onFilters, keys, onKeys }: FacetsProps): ReactNode {
  const known = useKeys(filters, range, isReady);
  const others = (known.data?.keys ?? []).filter(({ key, place }) => !keys.some((one) => one.key === key && one.place === place));
  return (
    <div className={styles['facets']}>
      <Facet title="Status" expected={2} asked={{ key: 'status', place: 'field' }} make={(value) => ({ is: 'status', value })} {...{ isReady, filters, range, onFilters }} />
      <Facet title="Service" asked={{ key: 'service', place: 'field' }} make={(value) => ({ is: 'service', value })} {...{ isReady, filters, range, onFilters }} />
      <Facet title="Operation" asked={{ key: 'name', place: 'field' }} make={(value) => ({ is: 'operation', value })} {...{ isReady, filters, range, onFilters }} />
      {keys.map((one) => (
        <Facet key={`${one.place} ${one.key}`} title={one.key} asked={one} make={(value) => attributeFilter(one.key, '=', value, one.place)} onRemove={() => onKeys(keys.filter((other) => other !== one))} {...{ isReady, filters, range, onFilters }} />
      ))}
      {others.length === 0 ? null : (
        <Choice
          label="Show another attribute"
          bare
          options={[{ id: '', label: 'Another attribute …' }, ...others.slice(0, 60).map(({ key, place }) => ({ id: `${place} ${key}`, label: place === 'span' ? key : `${place}:${key}` }))]}
          value=""
          onChange={(id) => {
            const found = others.find(({ key, place }) => `${place} ${key}` === id);
            if (found !== undefined) onKeys([...keys, { key: found.key, place: found.place }]);
          }}
        />
      )}
    </div>
  );
}

interface FacetProps {
  readonly isReady: boolean;
  readonly title: string;
  /** Values it usually has: its size until they come. */
  readonly expected?: number;
  readonly asked: { readonly key: string; readonly place: Place };
  readonly make: (value: string) => Filter;
  readonly filters: readonly Filter[];
  readonly range: PageRange;
  readonly onFilters: (filters: readonly Filter[]) => void;
  readonly onRemove?: () => void;
}

function Facet({ isReady, title, expected = SHOWN, asked, make, filters, range, onFilters, onRemove }: FacetProps): ReactNode {
  const [all, setAll] = useState(false);
  const { data, error } = useValues(isReady ? { ...asked, limit: SHOWN_ALL } : null, filters, range);
  const values = data?.values ?? [];
  const most = values[0]?.count ?? 1;
  const toggle = (filter: Filter): void => onFilters(has(filters, filter) ? without(filters, filter) : withFilter(filters, filter));
  return (
    <section className={styles['facet']} aria-label={title}>
      <header className={styles['head']}>
        <h3 title={title}>{title}</h3>
        {data?.sampled === true ? <small title="Counted in a share of the spans; rare values may be missing">≈</small> : null}
        {onRemove === undefined ? null : (
          <IconButton size="small" label={`Hide ${title}`} onPress={onRemove}>
            <X aria-hidden />
          </IconButton>
        )}
      </header>
      {error !== null ? <p className={styles['note']}>Did not come: {error.message}</p> : null}
      {data === undefined && error === null ? <Rows many={expected} /> : null}
      {data !== undefined && values.length === 0 ? <p className={styles['note']}>None here</p> : null}
      <ul>
        {values.slice(0, all ? SHOWN_ALL : SHOWN).map(({ value, count: spans }) => {
          const filter = make(value);
          const contrary = excluding(filter);
          const wanted = has(filters, filter);
          const unwanted = contrary !== null && has(filters, contrary);
          return (
            <li key={value} className={styles['value']} data-wanted={wanted || undefined} data-unwanted={unwanted || undefined}>
              <i aria-hidden className={styles['share']} style={{ inlineSize: `${(spans / most) * 100}%` }} />
              <button type="button" className={styles['take']} aria-pressed={wanted} onClick={() => toggle(filter)} title={value}>
                <CirclePlus aria-hidden size={13} className={styles['plus'] ?? ''} />
                <span className={styles['name']}>{asked.key === 'service' ? <ServiceName name={value} /> : value === '' ? 'empty' : asked.key === 'status' && value === 'error' ? '✕ error' : value}</span>
                <span className={styles['count']}>{count(spans)}</span>
              </button>
              {contrary === null ? null : (
                <button type="button" className={styles['not']} aria-pressed={unwanted} aria-label={`Not ${value}`} title={`Not ${value}`} onClick={() => toggle(contrary)}>
                  <CircleMinus aria-hidden size={13} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {values.length > SHOWN ? (
        <Button look="quiet" size="small" onPress={() => setAll(!all)}>
          {all ? 'Fewer' : `${Math.min(values.length, SHOWN_ALL) - SHOWN} more`}
        </Button>
      ) : null}
    </section>
  );
}

function Rows({ many }: { readonly many: number }): ReactNode {
  return (
    <div role="status" aria-label="Loading" className={styles['rows']}>
      {[70, 55, 62, 48, 66, 52].slice(0, many).map((width) => (
        <Skeleton key={width} width={`${width}%`} height="13px" />
      ))}
    </div>
  );
}
