/** Putting a text in force: what differs from the policies in force, and why. Going back to an earlier version is the same with its text. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type AccessInForce, type AccessVersion, applyAccess } from '#api/access.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { TextDiff } from '#ui/text-diff.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './access.module.css';

export interface ApplyDialogProps {
  readonly access: AccessInForce;
  /** The version that the text was made from. */
  readonly base: number;
  readonly text: string;
  readonly title?: string;
  readonly onClose: () => void;
  readonly onApplied: (version: number) => void;
}

const NOTE_MAX = 500;

export function ApplyDialog({ access, base, text, title = 'Apply these policies', onClose, onApplied }: ApplyDialogProps): ReactNode {
  const client = useQueryClient();
  const act = useAct<AccessVersion>();
  const [note, setNote] = useState('');
  const run = async (): Promise<void> => {
    const applied = await act.run(() => applyAccess(text, note.trim(), base));
    if (applied === null) return;
    onApplied(applied.version);
    // What this person may do can be another thing now.
    await Promise.all([client.invalidateQueries({ queryKey: ['access'] }), client.invalidateQueries({ queryKey: ['session'] })]);
  };
  return (
    <Dialog title={title} isOpen onClose={onClose} width="wide">
      <TextDiff older={access.text} newer={text} label="Difference to the policies in force" />
      <p>They count at once, for everybody in this tenant.</p>
      <Field label="Note" value={note} onChange={setNote} maxLength={NOTE_MAX} note="Why: whoever looks at the history reads it." />
      {act.error === null ? null : <ErrorNote error={act.error} />}
      <div className={styles['footer']}>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isPending={act.isBusy} onPress={() => void run()}>Apply</Button>
      </div>
    </Dialog>
  );
}
