/** Where the facets stand: beside the list, or on narrow screens in a sheet that comes up from below. */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button, IconButton } from '#ui/button.tsx';
import styles from './facet-side.module.css';

export interface FacetSideProps {
  /** There is room beside the list. */
  readonly isWide: boolean;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function FacetSide({ isWide, isOpen, onClose, children }: FacetSideProps): ReactNode {
  if (isWide) {
    return isOpen ? (
      <aside aria-label="Narrow down" className={styles['side']}>
        {children}
      </aside>
    ) : null;
  }
  return (
    <ModalOverlay isOpen={isOpen} isDismissable onOpenChange={(open) => (open ? undefined : onClose())} className={styles['veil'] ?? ''}>
      <Modal className={styles['sheet'] ?? ''}>
        <AriaDialog className={styles['dialog'] ?? ''}>
          <header className={styles['head']}>
            <Heading slot="title">Narrow down</Heading>
            <IconButton label="Close" onPress={onClose}>
              <X aria-hidden />
            </IconButton>
          </header>
          <div className={styles['body']}>{children}</div>
          <footer className={styles['foot']}>
            <Button look="primary" onPress={onClose}>
              Show the traces
            </Button>
          </footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
