/** What is wrong with the text of a policy, or worth knowing about it: where, in a sentence, and what to do. */

/** Errors keep a policy from being taken. Warnings are rules that do nothing or more than they seem to; hints are for whoever wonders. */
export type Severity = 'error' | 'warning' | 'hint';

/** Lines and columns (UTF-16 code units) begin at 1; the end is the place behind the last character. */
export interface Problem {
  readonly severity: Severity;
  /** For machines: `unknown_member`, `shadowed_rule` … */
  readonly code: string;
  readonly message: string;
  /** What to do, a sentence; never empty. */
  readonly remedy: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The id of the rule or recognizer that it is about. */
  readonly rule?: string;
}
