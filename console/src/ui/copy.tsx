/** Copying: a button beside a value, and a snippet of code or shell with one in its corner. */
import { Check, Copy as CopyShape } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import styles from './copy.module.css';

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <IconButton size="small" label={copied ? 'Copied' : label} onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
        {copied ? <Check aria-hidden /> : <CopyShape aria-hidden />}
      </IconButton>
      <span role="status" className="visually-hidden">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}

export function Snippet({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <div className={styles['snippet']}>
      <pre tabIndex={0} role="region" aria-label={label} className={styles['text']}>
        <code>{text}</code>
      </pre>
      <div className={styles['corner']}>
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  );
}
