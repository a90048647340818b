/** Over a trace that is not what was committed: what is wrong, in words, and what to do. */
import { Download, OctagonX } from 'lucide-react';
import type { ReactNode } from 'react';
import { BeginAnew } from '#seal/begin-anew.tsx';
import type { Seal } from '#seal/use-seal.ts';
import { type Verdict, wordsOf } from '#seal/verdict.ts';
import { count, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import styles from './seal.module.css';

export interface BrokenBannerProps {
  readonly traceId: string;
  readonly seal: Seal;
  readonly verdict: Extract<Verdict, { state: 'broken' }>;
  readonly isOpen: boolean;
  readonly onProof: () => void;
}

export function BrokenBanner({ traceId, seal, verdict, isOpen, onProof }: BrokenBannerProps): ReactNode {
  const { title, sentence, advice } = wordsOf(verdict);
  return (
    <section role="alert" aria-label="Broken seal" className={styles['banner']}>
      <OctagonX aria-hidden size={36} strokeWidth={1.75} />
      <div className={styles['told']}>
        <strong>{title}</strong>
        <p>
          {sentence} {differencesText(verdict)}
        </p>
        <p>
          <b>What to do:</b> {advice}
        </p>
        <div className={styles['acts']}>
          {isOpen ? null : <Button onPress={onProof}>Show what is wrong</Button>}
          {verdict.hasEvidence ? <a className={styles['download']} href={`/api/v1/traces/${traceId}/evidence`} download={`evidence-${traceId}.json`}>
            <Download aria-hidden size={15} />
            Download the evidence
          </a> : null}
          <Button isPending={seal.isChecking} onPress={seal.check}>
            Check again
          </Button>
          <BeginAnew verdict={verdict} onBegin={seal.begin} />
        </div>
      </div>
    </section>
  );
}

function differencesText({ differences, why }: BrokenBannerProps['verdict']): string {
  if (differences.length === 0) return '';
  const [shown, missing] = [differences.filter(({ span }) => span !== -1).length, differences.filter(({ span }) => span === -1).length];
  const marked = why === 'proof' ? `${plural(shown, 'span')} ${shown === 1 ? 'does' : 'do'} not fit the proof, marked below` : `${plural(shown, 'span')} drawn otherwise than proved, marked below`;
  const parts = [...(shown === 0 ? [] : [marked]), ...(missing === 0 ? [] : [`${count(missing)} proved and not drawn`])];
  return `${parts.join(', ')}.`;
}
