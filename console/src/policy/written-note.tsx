/** A rule was written for somebody who asked: what should become of what it is about? */
import type { ReactNode } from 'react';
import { NEW_ACTIONS, type NewAction } from '#editor/new-rule.ts';
import { Choice } from '#ui/choice.tsx';
import type { Written } from './use-text.ts';
import styles from './workbench.module.css';

export function WrittenNote({ written: { id, action }, onChoose }: { readonly written: Written; readonly onChoose: (action: NewAction) => void }): ReactNode {
  return (
    <div className={styles['written']}>
      <span>
        Rule <code>{id}</code> is written. What should become of it?
      </span>
      <Choice bare label="What should become of it" options={NEW_ACTIONS} value={action} onChange={onChoose} />
    </div>
  );
}
