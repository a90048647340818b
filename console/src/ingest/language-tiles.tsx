/** The languages, one chosen; arrow keys move. */
import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import styles from './ingest.module.css';
import { LANGUAGES, type Language } from './snippets.ts';

export function LanguageTiles({ value, onChange }: { readonly value: Language; readonly onChange: (language: Language) => void }): ReactNode {
  return (
    <RadioGroup aria-label="What sends?" orientation="horizontal" value={value} onChange={(id) => onChange(LANGUAGES.find((one) => one.id === id)?.id ?? value)} className={styles['tiles'] ?? ''}>
      {LANGUAGES.map(({ id, label }) => (
        <Radio key={id} value={id} className={styles['tile'] ?? ''}>
          {label}
        </Radio>
      ))}
    </RadioGroup>
  );
}
