/** The edge between names and bars: drag it, or move it with the arrow keys. */
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import styles from './waterfall.module.css';

export function ColumnEdge({ at, max, onMove }: { readonly at: number; readonly max: number; readonly onMove: (at: number) => void }): ReactNode {
  const move = (event: PointerEvent<HTMLElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const left = event.currentTarget.parentElement?.getBoundingClientRect().left ?? 0;
    onMove(event.clientX - left);
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove(at + by);
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={Math.round(at)}
      aria-valuemin={140}
      aria-valuemax={Math.max(140, Math.round(max))}
      tabIndex={0}
      className={styles['edge']}
      style={{ insetInlineStart: at - 3 }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
      onKeyDown={key}
    />
  );
}
