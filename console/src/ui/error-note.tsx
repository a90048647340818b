/** What went wrong, what to do about it, and the number under which the server knows it. */
import { OctagonAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '#api/client.ts';
import { Button } from './button.tsx';
import styles from './error-note.module.css';

export interface ErrorNoteProps {
  readonly error: Error;
  readonly retry?: (() => void) | undefined;
  /** Further ways on, such as a narrower query. */
  readonly children?: ReactNode;
}

export function ErrorNote({ error, retry, children }: ErrorNoteProps): ReactNode {
  const api = error instanceof ApiError ? error : null;
  return (
    <div role="alert" className={styles['note']}>
      <OctagonAlert aria-hidden size={16} className={styles['icon'] ?? ''} />
      <div className={styles['text']}>
        <strong>{api === null ? 'Something in this page went wrong.' : api.message}</strong>
        <span>{api === null ? 'Reload the page. What is stored is not affected.' : api.advice}</span>
        {api === null || api.requestId === '' ? null : (
          <small>
            {api.code} · request {api.requestId}
          </small>
        )}
        <div className={styles['ways']}>
          {retry === undefined ? null : (
            <Button size="small" onPress={retry}>
              Try again
            </Button>
          )}
          {children}
        </div>
      </div>
    </div>
  );
}
