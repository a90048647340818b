/**
 * Dialogs. `Confirm` is for acts that cannot be undone: it shows their effect first, and its button is named by the verb.
 */
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { ApiError } from '#api/client.ts';
import { Button, IconButton } from './button.tsx';
import styles from './dialog.module.css';
import { ErrorNote } from './error-note.tsx';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly width?: 'narrow' | 'wide';
}

export function Dialog({ title, isOpen, onClose, children, width = 'narrow' }: DialogProps): ReactNode {
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable className={styles['veil'] ?? ''}>
      <Modal className={styles['modal'] ?? ''} data-width={width}>
        <AriaDialog className={styles['dialog'] ?? ''}>
          <header className={styles['header']}>
            <Heading slot="title" className={styles['title'] ?? ''}>
              {title}
            </Heading>
            <IconButton label="Close" onPress={onClose}>
              <X aria-hidden />
            </IconButton>
          </header>
          <div className={styles['body']}>{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What will be different afterwards. */
  readonly effect: ReactNode;
  /** `Revoke key`, never `OK`. */
  readonly verb: string;
  readonly act: () => Promise<unknown>;
}

export function Confirm({ title, isOpen, onClose, effect, verb, act }: ConfirmProps): ReactNode {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const close = (): void => {
    setError(null);
    onClose();
  };
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await act();
      close();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new ApiError(0, 'internal', 'That did not work.', 'Try again.', '', null));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close}>
      <div className={styles['effect']}>{effect}</div>
      {error === null ? null : <ErrorNote error={error} />}
      <footer className={styles['footer']}>
        <Button onPress={close} autoFocus>
          Cancel
        </Button>
        <Button look="danger" isPending={busy} onPress={() => void run()}>
          {verb}
        </Button>
      </footer>
    </Dialog>
  );
}
