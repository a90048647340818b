/** The place of something that is being fetched, in its final size, so that nothing jumps when it comes. */
import type { ReactNode } from 'react';
import styles from './skeleton.module.css';

export function Skeleton({ width = '100%', height = '1em' }: { readonly width?: string; readonly height?: string }): ReactNode {
  return <span aria-hidden className={styles['skeleton']} style={{ inlineSize: width, blockSize: height }} />;
}

/** Lines of a list that is on its way. */
export function SkeletonRows({ rows, height = '36px', label = 'Loading' }: { readonly rows: number; readonly height?: string; readonly label?: string }): ReactNode {
  return (
    <div role="status" aria-label={label} className={styles['rows']}>
      {Array.from({ length: rows }, (_, at) => (
        <Skeleton key={at} height={height} />
      ))}
    </div>
  );
}
