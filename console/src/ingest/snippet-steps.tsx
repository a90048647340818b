/** What to run and write, one after the other, each ready to copy. */
import type { ReactNode } from 'react';
import { Snippet } from '#ui/copy.tsx';
import styles from './ingest.module.css';
import type { Step } from './snippets.ts';

export function SnippetSteps({ steps }: { readonly steps: readonly Step[] }): ReactNode {
  return (
    <div className={styles['snippets']}>
      {steps.map(({ title, text, note }) => (
        <div key={title} className={styles['snippetStep']}>
          <h3>
            {title}
            {note === undefined ? null : <small> {note}</small>}
          </h3>
          <Snippet label={title} text={text} />
        </div>
      ))}
    </div>
  );
}
