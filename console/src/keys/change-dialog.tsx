/** What is done with keys, each with what it changes and what it leaves, before it is done. */
import type { ReactNode } from 'react';
import { type KeysView, retireKey, rewrapKeys, rotateKeys, type TenantKeysView } from '#api/keys.ts';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './keys.module.css';

export type KeyChange = { readonly act: 'rotate' } | { readonly act: 'rewrap' } | { readonly act: 'retire'; readonly version: number };

export interface ChangeDialogProps {
  readonly change: KeyChange;
  readonly keys: TenantKeysView;
  readonly onClose: () => void;
  readonly onDone: (keys: KeysView) => void;
}

interface Words {
  readonly title: string;
  readonly verb: string;
  readonly effects: readonly string[];
}

export function ChangeDialog({ change, keys, onClose, onDone }: ChangeDialogProps): ReactNode {
  const act = useAct<KeysView>();
  const { title, verb, effects } = wordsOf(change, keys);
  const run = async (): Promise<void> => {
    const now = await act.run(() => (change.act === 'rotate' ? rotateKeys() : change.act === 'rewrap' ? rewrapKeys() : retireKey(change.version)));
    if (now !== null) onDone(now);
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <div className={styles['form']}>
        <ul className={styles['effects']}>
          {effects.map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
        </ul>
        {act.error === null ? null : <ErrorNote error={act.error} />}
        <div className={styles['footer']}>
          <Button onPress={onClose} autoFocus>
            Cancel
          </Button>
          <Button look={change.act === 'retire' ? 'danger' : 'primary'} isPending={act.isBusy} onPress={() => void run()}>
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function wordsOf(change: KeyChange, { versions, toRewrap, windows }: TenantKeysView): Words {
  const current = versions.find(({ state }) => state === 'current')?.version ?? 0;
  if (change.act === 'rotate') {
    return {
      title: current === 0 ? 'Make the first key pair' : `Rotate to version ${current + 1}`,
      verb: current === 0 ? 'Make the key pair' : 'Rotate',
      effects: [
        `A new key pair, version ${current + 1}, is made. From the next hour on, new windows are under it.`,
        ...(current === 0 ? [] : [`${plural(windows, 'window')} under earlier versions stay${windows === 1 ? 's' : ''} as ${windows === 1 ? 'it is' : 'they are'}, and open${windows === 1 ? 's' : ''} as before. Rewrapping puts ${windows === 1 ? 'it' : 'them'} under the new one.`]),
        'Nothing that is stored is touched, and the log keeps it.',
      ],
    };
  }
  if (change.act === 'rewrap') {
    return {
      title: `Put ${plural(toRewrap, 'window')} under version ${current}`,
      verb: 'Rewrap',
      effects: [
        `${plural(toRewrap, 'window')} ${toRewrap === 1 ? 'is' : 'are'} opened with the sealing root and closed again under version ${current}. Spans are not touched.`,
        'It goes on in the background. Everything opens meanwhile; if it breaks off, it goes on where it stopped.',
        'Earlier versions are not needed then, and can be retired. Backups of before still need them.',
      ],
    };
  }
  return {
    title: `Retire version ${change.version}`,
    verb: `Retire version ${change.version}`,
    effects: [
      `The private half of version ${change.version} is destroyed. It cannot be had back.`,
      'No window of this server needs it, so nothing that is open to somebody today is lost.',
      'Backups of the control store whose windows are under it open nothing any more.',
    ],
  };
}
