/** The receipt of a person who was forgotten: what was destroyed, and the file that alone can show whom the entry of the log is about. */
import { CircleCheck, Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { Receipt } from '#api/subjects.ts';
import { count, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { saveFile } from '#ui/save-file.ts';
import { State } from '#ui/state.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './forget.module.css';
import { markTaken } from './receipts.ts';

export function ReceiptPanel({ receipt, isTaken }: { readonly receipt: Receipt; readonly isTaken: boolean }): ReactNode {
  const { id, at, keys, spans, entry } = receipt;
  const take = (): void => {
    saveFile(`receipt-${id}.json`, `${JSON.stringify(receipt, null, 2)}\n`, 'application/json');
    markTaken(id);
  };
  return (
    <section aria-label="Receipt" className={styles['receipt']} role="status">
      <CircleCheck aria-hidden size={28} strokeWidth={1.75} />
      <div className={styles['stack']}>
        <div>
          <strong>The person is forgotten</strong>
          <p>
            <DayText unix_ms={Date.parse(at)} />: {plural(keys, 'key')} destroyed, {plural(spans, 'span')} cannot be read any more. Entry {count(entry)} of the <Link to="/integrity">log</Link>.
          </p>
        </div>
        <p>{isTaken ? <State state="verified">taken along</State> : <State state="error">not taken along yet</State>} The receipt has the salt that shows whom the entry is about, and that the log holds it. The server does not keep it.</p>
        <div className={styles['row']}>
          <Button look={isTaken ? 'plain' : 'primary'} onPress={take} autoFocus={!isTaken}>
            <Download aria-hidden />
            {isTaken ? 'Download the receipt again' : 'Download the receipt'}
          </Button>
        </div>
      </div>
    </section>
  );
}
