/** The text of a policy read, and held against the policy whose place it would take. */
import type { PolicyDocument } from '#policy';
import { readPolicy, type Problem } from '#policy/read';
import { weakenings, type Weakening } from '#policy/weakening';

export interface ToCompare {
  /** A text, or a document that was read before. */
  readonly wanted: string | PolicyDocument;
  readonly inForce: PolicyDocument;
}

export interface Comparison {
  readonly problems: readonly Problem[];
  /** Null if there is any error; then there are no weakenings. */
  readonly document: PolicyDocument | null;
  readonly weakenings: readonly Weakening[];
}

export function readAndCompare({ wanted, inForce }: ToCompare): Comparison {
  const { document, problems } = typeof wanted === 'string' ? readPolicy(wanted) : { document: wanted, problems: [] };
  return { document, problems, weakenings: document === null ? [] : weakenings(inForce, document) };
}
