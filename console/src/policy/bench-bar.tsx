/** What can be done with the text: begin with a preset or a file, take it along, try it, apply it. */
import { useQuery } from '@tanstack/react-query';
import { Download, FileUp } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { presetsQuery, presetText } from '#api/policy.ts';
import { Button } from '#ui/button.tsx';
import { Menu } from '#ui/menu.tsx';
import { readTextFile } from './policy-file.ts';
import styles from './workbench.module.css';

export interface BenchBarProps {
  readonly hasErrors: boolean;
  /** The text differs from the policy in force. */
  readonly isChanged: boolean;
  /** A whole other text. */
  readonly onTake: (text: string) => void;
  readonly onDownload: () => void;
  readonly onDiscard: () => void;
  readonly onTry: () => void;
  readonly onApply: () => void;
}

export function BenchBar({ hasErrors, isChanged, onTake, onDownload, onDiscard, onTry, onApply }: BenchBarProps): ReactNode {
  const { data: presets = [] } = useQuery(presetsQuery);
  const file = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const take = (text: string): void => {
    setWrong(null);
    onTake(text);
  };
  const open = async (given: File | undefined): Promise<void> => {
    if (given === undefined) return;
    const read = await readTextFile(given);
    if ('text' in read) take(read.text);
    else setWrong(read.wrong);
  };
  return (
    <>
      <div className={styles['bar']}>
        <Menu
          label="Presets"
          trigger={<Button size="small" isDisabled={presets.length === 0}>Start from a preset</Button>}
          entries={presets.map(({ name, title }) => ({ id: name, label: title, act: () => void presetText(name).then(take, () => setWrong('The preset did not come. Try again.')) }))}
        />
        <Button size="small" onPress={() => file.current?.click()}>
          <FileUp aria-hidden />
          Open a file
        </Button>
        <input
          ref={file}
          type="file"
          accept=".yaml,.yml,.json,text/plain"
          hidden
          aria-label="A file with a policy"
          onChange={(event) => {
            void open(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        <Button size="small" onPress={onDownload}>
          <Download aria-hidden />
          Download
        </Button>
        {isChanged ? <Button size="small" look="quiet" onPress={onDiscard}>Discard draft</Button> : null}
        <span className={styles['ends']}>
          <Button size="small" isDisabled={hasErrors} onPress={onTry}>Try it</Button>
          <Button size="small" look="primary" isDisabled={hasErrors || !isChanged} onPress={onApply}>Apply…</Button>
        </span>
      </div>
      {wrong === null ? null : <p role="alert" className={styles['wrong']}>{wrong}</p>}
    </>
  );
}
