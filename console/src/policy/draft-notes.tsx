/** Drafts that this browser kept: the one that is open, and those that were made from earlier policies. */
import type { ReactNode } from 'react';
import { Button } from '#ui/button.tsx';
import { TimeText } from '#ui/time-text.tsx';
import type { Draft } from './draft.ts';
import styles from './workbench.module.css';

export function DraftNote({ at, onDiscard }: { readonly at: number; readonly onDiscard: () => void }): ReactNode {
  return (
    <div className={styles['notice']}>
      <span>This is your draft, kept in this browser <TimeText unix_ms={at} now_ms={Date.now()} />.</span>
      <Button size="small" onPress={onDiscard}>Discard draft</Button>
    </div>
  );
}

export function OlderDraft({ draft, onOpen, onDiscard }: { readonly draft: Draft; readonly onOpen: () => void; readonly onDiscard: () => void }): ReactNode {
  return (
    <div className={styles['notice']}>
      <span>A draft of yours, kept <TimeText unix_ms={draft.at} now_ms={Date.now()} />, was made from an earlier policy.</span>
      <Button size="small" onPress={onOpen}>Open it here</Button>
      <Button size="small" look="quiet" onPress={onDiscard}>Discard it</Button>
    </div>
  );
}
