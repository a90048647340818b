/** The filters of a search as chips: press one to change it, its cross to take it out; arrows move between them. */
import { X } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { serviceColour } from '#colours/service-colour.ts';
import styles from './chips.module.css';
import { EVERYWHERE, type Filter, idOf } from './filters.ts';

export interface ChipsProps {
  readonly filters: readonly Filter[];
  /** Its text is in the bar at this moment. */
  readonly edited: Filter | null;
  readonly onEdit: (filter: Filter) => void;
  readonly onRemove: (filter: Filter) => void;
  /** Beyond the last chip the bar goes on. */
  readonly onLeave: () => void;
}

export function Chips({ filters, edited, onEdit, onRemove, onLeave }: ChipsProps): ReactNode {
  const onKey = (event: KeyboardEvent<HTMLElement>, filter: Filter): void => {
    const chip = event.currentTarget;
    const neighbour = (step: -1 | 1): HTMLElement | null => (step === 1 ? chip.nextElementSibling : chip.previousElementSibling)?.querySelector('button') ?? null;
    if (event.key === 'ArrowLeft') neighbour(-1)?.focus();
    else if (event.key === 'ArrowRight') {
      const next = neighbour(1);
      if (next === null) onLeave();
      else next.focus();
    } else if (event.key === 'Backspace' || event.key === 'Delete') {
      const next = neighbour(-1) ?? neighbour(1);
      onRemove(filter);
      if (next === null) onLeave();
      else next.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <ul className={styles['chips']} aria-label="Filters">
      {filters.map((filter) => {
        const { name, sign, value } = wordsOf(filter);
        const said = `${name} ${sign} ${value}`;
        return (
          <li key={idOf(filter)} className={styles['chip']} data-edited={edited !== null && idOf(edited) === idOf(filter)} data-error={filter.is === 'status' && filter.value === 'error'} onKeyDown={(event) => onKey(event, filter)}>
            <button type="button" data-chip className={styles['words']} aria-label={`Change the filter ${said}`} onClick={() => onEdit(filter)}>
              {filter.is === 'service' ? <i aria-hidden className={styles['dot']} style={{ background: serviceColour(filter.value) }} /> : null}
              <span className={styles['name']}>{name}</span> {sign === ':' ? null : <span className={styles['sign']}>{sign}</span>} {value === '' ? null : <b className={styles['value']}>{value}</b>}
            </button>
            <button type="button" className={styles['cross']} aria-label={`Remove the filter ${said}`} tabIndex={-1} onClick={() => onRemove(filter)}>
              <X aria-hidden size={12} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export interface FilterWords {
  readonly name: string;
  readonly sign: string;
  readonly value: string;
}

/** A filter as a person reads it. */
export function wordsOf(filter: Filter): FilterWords {
  if (filter.is !== 'attribute') {
    const [name, sign] = ({ service: ['service', ':'], operation: ['name', ':'], status: ['status', ':'], kind: ['kind', ':'], durationMin: ['duration', '≥'], durationMax: ['duration', '≤'] } as const)[filter.is];
    return { name, sign, value: spaced(filter.value, sign) };
  }
  const { place, key, op, value } = filter;
  if (key === EVERYWHERE && op === '~') return { name: 'text', sign: 'contains', value: `“${value}”` };
  const name = place === 'any' || place === 'field' ? key : `${place}:${key}`;
  const sign = { '=': '=', '!=': '≠', '=~': 'matches', '!~': 'does not match', '~': 'contains', '<': '<', '<=': '≤', '>': '>', '>=': '≥', exists: 'exists' }[op];
  return { name, sign, value: op === 'exists' ? '' : value === '' ? '""' : value };
}

/** `200ms` as `200 ms`. */
function spaced(value: string, sign: string): string {
  return sign === ':' ? value : value.replace(/([0-9])([a-zµ])/g, '$1 $2');
}
