/** Two traces chosen in the list: the way to their comparison. */
import { useNavigate } from '@tanstack/react-router';
import { GitCompareArrows } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#ui/button.tsx';
import styles from './page.module.css';

export function CompareBar({ chosen, onClear }: { readonly chosen: readonly string[]; readonly onClear: () => void }): ReactNode {
  const navigate = useNavigate();
  const [a, b] = chosen;
  return (
    <div className={styles['compare']} role="status" hidden={a === undefined}>
      {a === undefined ? null : (
        <>
          <span>{b === undefined ? 'One trace chosen. Choose another to compare.' : 'Two traces chosen.'}</span>
          <Button look="primary" isDisabled={b === undefined} onPress={() => (b === undefined ? undefined : void navigate({ to: '/compare/$a/$b', params: { a, b } }))}>
            <GitCompareArrows aria-hidden /> Compare
          </Button>
          <Button look="quiet" onPress={onClear}>
            Clear
          </Button>
        </>
      )}
    </div>
  );
}
