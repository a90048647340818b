/** How much of a bound is taken, as words and as a bar. What nears its bound says so in words as well. */
import type { ReactNode } from 'react';
import styles from './meter.module.css';

export interface MeterProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly format: (value: number) => string;
  /** What happens at the bound. */
  readonly note?: ReactNode;
  /** The share from which on it is worth a look. */
  readonly high?: number;
}

export function Meter({ label, value, max, format, note, high = 0.8 }: MeterProps): ReactNode {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  const isHigh = share >= high;
  const text = `${format(value)} of ${format(max)}`;
  return (
    <div className={styles['meter']} data-high={isHigh || undefined}>
      <div className={styles['words']}>
        <span className={styles['label']}>{label}</span>
        <span className={styles['value']}>
          {text}
          {isHigh ? <b>, nearly full</b> : null}
        </span>
      </div>
      <div role="meter" aria-label={label} aria-valuenow={value} aria-valuemin={0} aria-valuemax={max} aria-valuetext={isHigh ? `${text}, nearly full` : text} className={styles['track']}>
        <span className={styles['bar']} style={{ inlineSize: `${share * 100}%` }} />
      </div>
      {note === undefined ? null : <span className={styles['note']}>{note}</span>}
    </div>
  );
}
