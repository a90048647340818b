/** Over what should not be passed on unmarked: who opened it and when, across it, so that a photograph of the screen says it. Read aloud once, not for each repetition. */
import { type ReactNode, useId } from 'react';
import styles from './watermark.module.css';

const LINE_PX = 84;
const PX_PER_CHARACTER = 7.2;

export function Watermarked({ text, children }: { readonly text: string | null; readonly children: ReactNode }): ReactNode {
  const id = useId();
  if (text === null) return children;
  const width = Math.ceil(text.length * PX_PER_CHARACTER) + 48;
  return (
    <div className={styles['marked']}>
      {children}
      <p className="visually-hidden">{text}</p>
      <svg aria-hidden className={styles['marks']} data-watermark={text}>
        <defs>
          <pattern id={id} width={width} height={LINE_PX} patternUnits="userSpaceOnUse" patternTransform="rotate(-16)">
            <text x="0" y={LINE_PX / 2 - 8}>{text}</text>
            <text x={-width / 2} y={LINE_PX - 8}>{text}</text>
            <text x={width / 2} y={LINE_PX - 8}>{text}</text>
          </pattern>
        </defs>
        <rect width="100%" height="100%" fill={`url(#${id})`} />
      </svg>
    </div>
  );
}
