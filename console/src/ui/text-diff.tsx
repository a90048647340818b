/** Two texts of a policy, line by line: signs as well as colours say what went and what came. */
import { type ReactNode, useMemo } from 'react';
import { plural } from '#time/format.ts';
import { diffSize, lineDiff } from './line-diff.ts';
import styles from './text-diff.module.css';

const SIGN = { same: ' ', gone: '−', new: '+' } as const;
const READ = { same: '', gone: 'removed: ', new: 'added: ' } as const;

export interface TextDiffProps {
  readonly older: string;
  readonly newer: string;
  readonly label: string;
}

export function TextDiff({ older, newer, label }: TextDiffProps): ReactNode {
  const pieces = useMemo(() => lineDiff(older, newer), [older, newer]);
  if (pieces.length === 0) return <p>The texts are the same.</p>;
  const { gone, come } = diffSize(pieces);
  return (
    <figure className={styles['diff']}>
      <figcaption className={styles['sum']}>{[come === 0 ? '' : `${plural(come, 'line')} added`, gone === 0 ? '' : `${plural(gone, 'line')} removed`].filter((one) => one !== '').join(', ')}</figcaption>
      <div className={styles['scroll']} tabIndex={0} role="region" aria-label={label}>
        <ol className={styles['lines']}>
          {pieces.map(({ skipped, lines }, at) => [
            skipped === 0 && at === 0 ? null : (
              <li key={`skipped ${at}`} className={styles['skipped']}>
                {`${plural(skipped, 'unchanged line')}`}
              </li>
            ),
            ...lines.map(({ is, old, new: now, text }) => (
              <li key={`${is} ${old ?? ''} ${now ?? ''}`} data-is={is} className={styles['line']}>
                <span aria-hidden className={styles['number']}>{now ?? old}</span>
                <span aria-hidden className={styles['sign']}>{SIGN[is]}</span>
                <span className={styles['text']}>
                  {is === 'same' ? null : <span className="visually-hidden">{READ[is]}</span>}
                  {text}
                </span>
              </li>
            )),
          ])}
        </ol>
      </div>
    </figure>
  );
}
