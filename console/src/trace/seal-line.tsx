/** The seal in the head of a trace: what this browser found, in a word, a shape and a sentence, and the way to the proof behind it. */
import { CircleDashed, CircleHelp, LoaderCircle, OctagonX, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Seal } from '#seal/use-seal.ts';
import { wordsOf } from '#seal/verdict.ts';
import { Button } from '#ui/button.tsx';
import styles from './seal.module.css';

const SHAPES = { checking: LoaderCircle, stale: LoaderCircle, verified: ShieldCheck, waiting: CircleDashed, broken: OctagonX, unchecked: CircleHelp, unasked: CircleDashed } as const;

export interface SealLineProps {
  readonly seal: Seal;
  readonly isOpen: boolean;
  readonly onProof: (isOpen: boolean) => void;
}

/** A large trace. */
const UNASKED = { title: 'Not checked', sentence: 'This trace is large, and so is its evidence: some tens of megabytes. This browser verifies it when you ask.', advice: '' };

export function SealLine({ seal: { verdict, isUnasked, isChecking, check }, isOpen, onProof }: SealLineProps): ReactNode {
  const state = verdict?.state ?? (isUnasked ? 'unasked' : 'checking');
  // What is proved is, and some of what is drawn is not: that is neither green nor an alarm.
  const look = verdict?.state === 'verified' && verdict.unproved.length > 0 ? 'unchecked' : state;
  const Shape = SHAPES[look];
  const { title, sentence, advice } = isUnasked ? UNASKED : wordsOf(verdict);
  return (
    <div className={styles['seal']} data-state={look}>
      <span role="status" className={styles['said']}>
        <span className={styles['mark']}>
          <Shape aria-hidden size={15} />
          {state === 'broken' ? 'Broken' : title}
        </span>
        <span className={styles['sentence']}>{state === 'broken' ? `${title}.` : state === 'unchecked' ? `${sentence} ${advice}` : sentence}</span>
      </span>
      <span className={styles['ways']}>
        {state === 'unchecked' || state === 'waiting' || state === 'unasked' ? (
          <Button size="small" isPending={isChecking} onPress={check}>
            {state === 'unasked' ? 'Verify this trace' : 'Check again'}
          </Button>
        ) : null}
        {state !== 'verified' && state !== 'broken' ? null : (
          <button type="button" className={styles['way']} onClick={() => onProof(!isOpen)}>
            {isOpen ? 'Hide the proof' : state === 'broken' ? 'Show what is wrong' : 'Show the proof'}
          </button>
        )}
      </span>
    </div>
  );
}
