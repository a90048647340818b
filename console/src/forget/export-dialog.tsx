/** Everything that is held of somebody, opened and taken along as one file: what it is, for which reason, how far it is. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Approval } from '#api/approvals.ts';
import { type ExportPage, exportPerson } from '#api/subjects.ts';
import { count, plural } from '#time/format.ts';
import { AWAITS_TITLE, AwaitsApproval } from '#ui/awaits-approval.tsx';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Reason, useReason } from '#ui/reason.tsx';
import { saveFile } from '#ui/save-file.ts';
import { useAct } from '#ui/use-act.ts';
import { fileOf, sumOf } from './export-file.ts';
import styles from './forget.module.css';
import type { Sought } from './page.tsx';

export interface ExportDialogProps {
  readonly sought: Sought;
  /** Was given: its reason stands. */
  readonly approval: Approval | null;
  readonly onClose: () => void;
}

export function ExportDialog({ sought: { name, found }, approval, onClose }: ExportDialogProps): ReactNode {
  const act = useAct<Approval | readonly ExportPage[]>('approvals');
  const reason = useReason(approval);
  const [waiting, setWaiting] = useState<Approval | null>(null);
  const [spans, setSpans] = useState(0);
  const [done, setDone] = useState<readonly ExportPage[] | null>(null);
  const leaving = useRef<AbortController | null>(null);
  useEffect(() => () => leaving.current?.abort(), []);
  /** Page after page; what was asked for before it could be approved ends with the question. */
  const fetchAll = async (signal: AbortSignal): Promise<Approval | readonly ExportPage[]> => {
    const pages: ExportPage[] = [];
    for (let cursor: string | null = null; ; ) {
      const answer: ExportPage | { readonly approval: Approval } = await exportPerson({ subject: name, reason: reason.text, ...(cursor === null ? {} : { cursor }), ...(cursor === null && approval !== null ? { approval: approval.id } : {}) }, signal);
      if ('approval' in answer) return answer.approval;
      pages.push(answer);
      setSpans(sumOf(pages).spans);
      cursor = answer.export.nextCursor;
      if (cursor === null) return pages;
    }
  };
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (act.isBusy) return;
    const control = new AbortController();
    leaving.current = control;
    setSpans(0);
    const result = await act.run(() => fetchAll(control.signal));
    if (result === null || control.signal.aborted) return;
    if ('id' in result) return setWaiting(result);
    saveFile(`person-${found.subject.slice(0, 12)}.json`, fileOf(result), 'application/json');
    setDone(result);
  };
  return (
    <Dialog title={waiting !== null ? AWAITS_TITLE : done !== null ? 'Exported' : 'Export what is held of this person'} isOpen onClose={onClose}>
      {waiting !== null ? (
        <AwaitsApproval approval={waiting} nothing="Nothing was opened yet." act="export what is held of people" shown="a digest, not the name" next="When it is approved, find the person again on this page." onClose={onClose} />
      ) : done !== null ? (
        <Done pages={done} onClose={onClose} />
      ) : (
        <form className={styles['stack']} onSubmit={(event) => void run(event)}>
          <p className={styles['who']}><code>{name}</code></p>
          <ul className={styles['effects']}>
            <li>Every sealed value of {plural(found.spans, 'span')} is opened and put into one file, as OTLP/JSON, for you to give to them.</li>
            <li>Before each part of it is given out, the log keeps that you opened it, when and why.</li>
            <li>The file is not sealed. Whoever has it can read it.</li>
          </ul>
          <Reason reason={reason} about="this person" hint="Such as the number of their request." />
          {act.error === null ? null : <ErrorNote error={act.error} />}
          <div className={styles['footer']}>
            <span role="status" className={styles['progress']}>{act.isBusy ? `${count(spans)} of ${plural(found.spans, 'span')}` : ''}</span>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="primary" isPending={act.isBusy} isDisabled={!reason.isEnough}>Export</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Done({ pages, onClose }: { readonly pages: readonly ExportPage[]; readonly onClose: () => void }): ReactNode {
  const { spans, opened, erased, changed } = sumOf(pages);
  return (
    <div className={styles['stack']}>
      <p>
        The file has {plural(spans, 'span')} with {plural(opened, 'value')} opened{erased === 0 ? '' : `, ${plural(erased, 'value')} whose keys were destroyed`}
        {changed === 0 ? '' : `, ${plural(changed, 'value')} that do not open, because what is stored is not what was sealed`}. Recorded as <code>{pages[0]?.export.id}</code>.
      </p>
      <div className={styles['footer']}>
        <Button look="primary" onPress={onClose} autoFocus>
          Close
        </Button>
      </div>
    </div>
  );
}
