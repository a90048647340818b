/** The keys that work on this page, as the page itself declares them. */
import type { ReactNode } from 'react';
import { Dialog } from '#ui/dialog.tsx';
import { Keys } from '#ui/keys.tsx';
import { useActiveShortcuts } from '#ui/shortcuts.ts';
import styles from './help.module.css';

export function Help({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const groups = useActiveShortcuts();
  return (
    <Dialog title="Keys of this page" isOpen={isOpen} onClose={onClose} width="wide">
      <div className={styles['groups']}>
        {[...groups].reverse().map(({ title, shortcuts }) => (
          <section key={title}>
            <h3 className={styles['title']}>{title}</h3>
            <dl className={styles['list']}>
              {shortcuts.map(({ keys, does }) => (
                <div key={keys} className={styles['row']}>
                  <dt>
                    <Keys keys={SHOWN[keys] ?? keys} />
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles['note']}>
        Everything you see is in the address of the page: copy it to show somebody the same. The query API behind it is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.
      </p>
    </Dialog>
  );
}

const SHOWN: Readonly<Record<string, string>> = { ArrowDown: 'down', ArrowUp: 'up', ArrowLeft: 'left', ArrowRight: 'right', Enter: 'enter', Escape: 'esc', 'ctrl+k': 'ctrl+K' };
