/**
 * Evidence that shows what was sealed, for a reason: it is opened as everywhere (`reveal.ts`), and stands beside its seals, where whoever gets the file sees that it is
 * what was sealed. A seal commits to all of its values together, so one of which this reader opens only some stays closed.
 */
import { SEALED_VALUES, type Opened } from '#evidence';
import type { Reader } from '#model';
import type { EvidenceAnswer, EvidenceExport } from '#query/evidence';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { OpenedWhole, Reveal, Revealed, RevealQuestion } from './reveal.ts';

export interface OpenedEvidenceQuestion extends RevealQuestion {
  readonly omit?: readonly string[];
}

export interface OpenedEvidence {
  /** As `reveal`; what is opened is in a document. */
  openedEvidence(reader: Reader, question: OpenedEvidenceQuestion): Promise<OpenedEvidenceAnswer | Extract<Revealed, { is: 'asked' }> | Refusal>;
}

export interface OpenedEvidenceAnswer {
  readonly is: 'shown';
  readonly evidence: EvidenceAnswer;
  readonly revealed: Extract<Revealed, { is: 'opened' }>;
}

export function createOpenedEvidence({ evidence }: EvidenceExport, { reveal }: Reveal): OpenedEvidence {
  return {
    async openedEvidence(reader, { omit = [], ...question }) {
      if (omit.includes(SEALED_VALUES)) return refuse('query_invalid', 'what is sealed is either shown or left out');
      // What cannot be proved now is not opened, nor an approval used up for it.
      const closed = await evidence(reader, question.trace, { omit });
      if (isRefusal(closed)) return closed;
      const revealed = await reveal(reader, question);
      if (isRefusal(revealed) || revealed.is === 'asked') return revealed;
      const shown = await evidence(reader, question.trace, { omit, opened: openedBy(revealed.whole) });
      return isRefusal(shown) ? shown : { is: 'shown', evidence: shown, revealed };
    },
  };
}

/** By the text of the seal. */
function openedBy(whole: readonly OpenedWhole[]): ReadonlyMap<string, Opened> {
  return new Map(whole.map(({ text, opened }) => [Buffer.from(text).toString('base64'), opened]));
}
