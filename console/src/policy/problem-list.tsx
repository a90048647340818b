/** The problems of the text below it: each leads to its place, and some to what should stand there. */
import { CircleX, Info, TriangleAlert } from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import { fixOf, sentence } from '#editor/problem-place.ts';
import type { Problem } from '#policy/read';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './problem-list.module.css';
import { Marked } from './words.tsx';

const SHAPES: Readonly<Record<Problem['severity'], ComponentType<{ size?: number; 'aria-hidden'?: boolean }>>> = { error: CircleX, warning: TriangleAlert, hint: Info };

export interface ProblemListProps {
  readonly problems: readonly Problem[];
  readonly rules: number | null;
  readonly onShow: (problem: Problem) => void;
  readonly onFix: (problem: Problem, fix: string) => void;
}

export function ProblemList({ problems, rules, onShow, onFix }: ProblemListProps): ReactNode {
  const of = (severity: Problem['severity']): number => problems.filter((problem) => problem.severity === severity).length;
  const sums = [of('error') === 0 ? '' : plural(of('error'), 'error'), of('warning') === 0 ? '' : plural(of('warning'), 'warning'), of('hint') === 0 ? '' : plural(of('hint'), 'hint')].filter((one) => one !== '');
  return (
    <section aria-label="Problems" className={styles['problems']}>
      <p role="status" className={styles['sum']}>
        {sums.length === 0 ? `No problems${rules === null ? '' : `: ${plural(rules, 'rule')}`}.` : `${sums.join(', ')}.`}
      </p>
      {problems.length === 0 ? null : (
        <ol className={styles['list']}>
          {problems.map((problem, at) => {
            const Shape = SHAPES[problem.severity];
            const fix = fixOf(problem);
            return (
              <li key={at} className={styles['item']} data-severity={problem.severity}>
                <button type="button" className={styles['problem']} onClick={() => onShow(problem)}>
                  <span className={styles['severity']}><Shape aria-hidden size={14} />{problem.severity}</span>
                  <span className={styles['line']}>line {problem.line}</span>
                  <span className={styles['text']}>
                    <Marked text={sentence(problem.message)} /> <span className={styles['remedy']}><Marked text={problem.remedy} /></span>
                  </span>
                </button>
                {fix === null ? null : <Button size="small" onPress={() => onFix(problem, fix)}>Write {fix}</Button>}
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
