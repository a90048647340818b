/** Drafts that this browser kept: the one that is open, and those that were made from earlier policies. */
import { type ReactNode, useState } from 'react';
import { Button } from '#ui/button.tsx';
import { TimeText } from '#ui/time-text.tsx';
import { discardDraft, type Draft, readDrafts } from './draft.ts';
import styles from './workbench.module.css';

export function DraftNote({ at, onDiscard }: { readonly at: number; readonly onDiscard: () => void }): ReactNode {
  return (
    <div className={styles['notice']}>
      <span>This is your draft, kept in this browser <TimeText unix_ms={at} now_ms={Date.now()} />.</span>
      <Button size="small" onPress={onDiscard}>Discard draft</Button>
    </div>
  );
}

/** `base`: digest of the policy in force, whose draft is open already. */
export function OlderDrafts({ base, onOpen }: { readonly base: string; readonly onOpen: (text: string) => void }): ReactNode {
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => readDrafts(localStorage).filter((draft) => draft.base !== base));
  const forget = (draft: Draft): void => {
    discardDraft(localStorage, draft.base);
    setDrafts(drafts.filter((one) => one !== draft));
  };
  return drafts.map((draft) => (
    <div key={draft.base} className={styles['notice']}>
      <span>A draft of yours, kept <TimeText unix_ms={draft.at} now_ms={Date.now()} />, was made from an earlier policy.</span>
      <Button
        size="small"
        onPress={() => {
          onOpen(draft.text);
          forget(draft);
        }}
      >
        Open it here
      </Button>
      <Button size="small" look="quiet" onPress={() => forget(draft)}>Discard it</Button>
    </div>
  ));
}
