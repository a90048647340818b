/** The text of a version, to be read, copied and taken along. */
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { saveFile } from '#ui/save-file.ts';
import styles from './policy.module.css';

export function PolicyText({ text, version }: { readonly text: string; readonly version: number }): ReactNode {
  return (
    <div className={styles['stack']}>
      <div className={styles['ways']}>
        <Button size="small" onPress={() => saveFile(`policy-${version}.yaml`, text, 'application/yaml')}>
          <Download aria-hidden />
          Download YAML
        </Button>
      </div>
      <details className={styles['more']}>
        <summary>Show the text</summary>
        <Snippet text={text} label="text of the policy" />
      </details>
    </div>
  );
}
