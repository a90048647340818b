/** Nothing has ever arrived: how a service is connected, beginning with what it is written in. */
import type { ReactNode } from 'react';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import styles from './ingest.module.css';
import { LANGUAGES, type Language } from './snippets.ts';

export function NothingYet({ onLanguage }: { readonly onLanguage: (language: Language) => void }): ReactNode {
  return (
    <Empty title="Nothing has arrived yet">
      <p>A service sends here in three steps: say what it is written in, make a key that says who sends, and run it with the lines that are shown. Its first trace appears on the same page.</p>
      <h3 className={styles['question']}>What does the first one run on?</h3>
      <div className={styles['tiles']}>
        {LANGUAGES.map(({ id, label }) => (
          <Button key={id} onPress={() => onLanguage(id)}>
            {label}
          </Button>
        ))}
      </div>
      <p>Only want to see how it looks? This fills a server of its own with the traces of a small shop:</p>
      <Snippet label="the demo" text="npm run demo" />
    </Empty>
  );
}
