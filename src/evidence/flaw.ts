/**
 * What is wrong with evidence. Whoever hands it over wants to be believed, so a flaw is an expected answer: it is returned and names the span, the
 * block and the place, and nothing of what was sent.
 */

export const EVIDENCE_FLAWS = {
  document_too_large: 'The document is larger, deeper or longer than evidence can be.',
  document_malformed: 'The document has not the form of evidence.',
  document_ambiguous: 'Two readers would not read the same: a name stands twice in one object, or a text holds half a character.',
  document_version: 'The document is of another format or version.',
  checkpoint_refused: 'The checkpoint cannot be relied on.',
  origin_mismatch: 'The checkpoint is one of another log than the document says.',
  block_unproved: 'The log does not hold this block as it stands here.',
  span_unproved: 'Nothing in the document proves this span.',
  span_proved_twice: 'The document proves this span more than once.',
  span_mismatch: 'The block does not hold this span as it stands here: something was changed, added, moved or left out.',
  trace_mismatch: 'The span is one of another trace.',
  restricted_mismatch: 'What the document says of restricted fields does not fit this span.',
  seal_mismatch: 'What the document says was sealed is not what was sealed in this span.',
  omitted_mismatch: 'What was left out is not what the document says was left out.',
} as const;

export type EvidenceFlawCode = keyof typeof EVIDENCE_FLAWS;

export interface EvidenceFlaw {
  readonly flaw: EvidenceFlawCode;
  /** Where, or the flaw of a proof or a note below it. */
  readonly detail?: string;
  /** The place in `blocks`, from 0. */
  readonly block?: number;
  /** The place among all spans of `resourceSpans`, from 0. */
  readonly span?: number;
}

/** How a flaw travels inside this folder; nobody outside meets it. */
export class Wrong extends Error {
  readonly flaw: EvidenceFlaw;

  constructor(flaw: EvidenceFlawCode, detail?: string, place: { readonly block?: number; readonly span?: number } = {}) {
    super(flaw);
    this.flaw = detail === undefined ? { flaw, ...place } : { flaw, detail, ...place };
  }
}

export function isEvidenceFlaw(value: unknown): value is EvidenceFlaw {
  return typeof value === 'object' && value !== null && 'flaw' in value && typeof value.flaw === 'string' && Object.hasOwn(EVIDENCE_FLAWS, value.flaw);
}

/** The sentence people see. */
export function evidenceFlawText({ flaw, detail, block, span }: EvidenceFlaw): string {
  const where = [block === undefined ? '' : `block ${block}`, span === undefined ? '' : `span ${span}`, detail ?? ''].filter((part) => part !== '');
  return `${flaw}: ${EVIDENCE_FLAWS[flaw]}${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
}

/** What is answered, or the flaw that was met on the way, with the place that is known here. */
export function orFlaw<T>(read: () => T, place: { readonly block?: number; readonly span?: number } = {}): T | EvidenceFlaw {
  try {
    return read();
  } catch (error) {
    if (error instanceof Wrong) return { ...error.flaw, ...place };
    throw error;
  }
}
