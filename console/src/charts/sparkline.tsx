/** A small line without axes beside a figure that says the same in words. Its ends share the scale of zero. */
import type { ReactNode } from 'react';
import styles from './sparkline.module.css';
import { pathsOf } from './sparkline-path.ts';

export interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** A token such as `--chart-1`. */
  readonly token: string;
  readonly width?: number;
  readonly height?: number;
  readonly filled?: boolean;
  /** The largest value that the height stands for; without it that of the values. */
  readonly max?: number | undefined;
}

export function Sparkline({ values, token, width = 112, height = 24, filled = false, max }: SparklineProps): ReactNode {
  const { line, area } = pathsOf(values, width, height, max);
  return (
    <svg aria-hidden className={styles['sparkline']} width={width} height={height} viewBox={`0 0 ${width} ${height}`} style={{ color: `var(${token})` }}>
      {filled ? <path d={area} className={styles['area']} /> : null}
      <path d={line} className={styles['line']} />
    </svg>
  );
}
