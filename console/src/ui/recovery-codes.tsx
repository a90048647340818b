/** Recovery codes, shown once: to be copied or kept as a file, and then confirmed. */
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Snippet } from './copy.tsx';
import styles from './second-factor.module.css';

export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }): ReactNode {
  const text = codes.join('\n');
  const save = (): void => {
    const address = URL.createObjectURL(new Blob([`Recovery codes for Tracekeep at ${location.host}. Each is good once.\n\n${text}\n`], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href: address, download: 'tracekeep-recovery-codes.txt' }).click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className={styles['part']}>
      <p>If you lose the app, each of these signs you in once in place of a code. They are shown only now: keep them where the app is not.</p>
      <Snippet label="recovery codes" text={text} />
      <div className={styles['end']}>
        <Button onPress={save}>
          <Download aria-hidden />
          Save as a file
        </Button>
        <Button look="primary" autoFocus onPress={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
