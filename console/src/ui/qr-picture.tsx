/** A text as a picture that cameras read (ISO/IEC 18004), drawn here: nobody else is asked for it. */
import { encodeQR } from 'qr';
import type { ReactNode } from 'react';
import styles from './qr-picture.module.css';

export function QrPicture({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 3 });
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${rows.length} ${rows.length}`} shapeRendering="crispEdges" className={styles['picture']}>
      <path d={dark.join('')} />
    </svg>
  );
}
