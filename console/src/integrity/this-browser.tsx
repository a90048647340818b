/** What this browser itself can say about the log: whether it goes on from what was seen here, under the same key. */
import { CircleDashed, CircleHelp, LoaderCircle, OctagonX, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { BeginAnew } from '#seal/begin-anew.tsx';
import { fingerprint } from '#seal/fingerprint.ts';
import type { FollowedLog, LogVerdict } from '#seal/use-followed.ts';
import { BROKEN } from '#seal/verdict.ts';
import { count, instant } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './integrity.module.css';

const SHAPES = { checking: LoaderCircle, verified: ShieldCheck, waiting: CircleDashed, broken: OctagonX, unchecked: CircleHelp } as const;

export function ThisBrowser({ followed }: { readonly followed: FollowedLog }): ReactNode {
  const { verdict, isChecking, check, begin } = followed;
  const state = verdict?.state ?? 'checking';
  const Shape = SHAPES[state];
  const { title, sentence } = wordsOf(verdict);
  return (
    <section aria-label="This browser" className={styles['verdict']} data-state={state} role={state === 'broken' ? 'alert' : undefined}>
      <Shape aria-hidden size={28} strokeWidth={1.75} />
      <div className={styles['words']}>
        <span className={styles['who']}>This browser</span>
        <strong>{title}</strong>
        <p>{sentence}</p>
        {verdict?.state === 'broken' && verdict.detail !== '' ? <code>{verdict.detail}</code> : null}
        {state === 'broken' || state === 'unchecked' ? (
          <div className={styles['acts']}>
            <Button size="small" isPending={isChecking} onPress={check}>
              Check again
            </Button>
            {verdict?.state === 'broken' ? <BeginAnew verdict={verdict} onBegin={begin} /> : null}
          </div>
        ) : null}
      </div>
    </section>
  );
}

function wordsOf(verdict: LogVerdict | null): { readonly title: string; readonly sentence: string } {
  if (verdict === null) return { title: 'Checking the log…', sentence: 'This browser asks for the newest checkpoint and compares it with what it saw before.' };
  switch (verdict.state) {
    case 'verified': {
      const { before, remember } = verdict;
      if (before === null) return { title: 'The log is known from now on', sentence: `First visit of this browser: it keeps the key ${fingerprint(remember.key)} and the checkpoint of ${count(remember.size)} entries, and notices whatever does not go on from there.` };
      const grown = remember.size - before.size;
      return { title: 'The log only grew', sentence: `It holds everything that this browser saw before${grown > 0 ? `, and ${count(grown)} ${grown === 1 ? 'entry' : 'entries'} more since ${instant(before.seen_ms)}` : ''}, signed with the key known here since ${instant(remember.since_ms)}.` };
    }
    case 'waiting':
      return { title: 'No checkpoint yet', sentence: 'The log has not published one. The first comes within a second or two of the first entry.' };
    case 'broken':
      return { title: BROKEN[verdict.why].title, sentence: `${BROKEN[verdict.why].sentence} ${BROKEN[verdict.why].advice}` };
    case 'unchecked':
      return { title: 'Could not check the log', sentence: `${verdict.says} ${verdict.advice}` };
  }
}
