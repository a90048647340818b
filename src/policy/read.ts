/**
 * The text of a policy, read: YAML or JSON becomes a checked document, or problems that say where, what and what to do. A text that is not
 * understood completely gives no document. Knows nothing of Node, so that a browser reads policies too.
 */
import { advise } from './advice.ts';
import { check, type Places } from './check-form.ts';
import { Complaints } from './complaints.ts';
import { crossCheck, type Unchecked } from './cross-check.ts';
import { DEFAULT_RESTRICTED } from './default-policy.ts';
import type { PolicyDocument } from './document.ts';
import { POLICY } from './grammar.ts';
import type { Problem } from './problem.ts';
import { readTree } from './text-tree.ts';

export type { Problem, Severity } from './problem.ts';

export interface ReadPolicy {
  /** Null if there is any error. */
  readonly document: PolicyDocument | null;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

/** Never throws on any text; bounded in time and memory by the limits `policy_*`. */
export function readPolicy(text: string): ReadPolicy {
  const complaints = new Complaints(text);
  const tree = readTree(text, complaints);
  if (tree === null || !complaints.none) return { document: null, problems: complaints.list() };
  const places: Places = new WeakMap();
  const value = check(POLICY, tree, 'policy', complaints, places);
  if (value !== undefined) crossCheck(value as Unchecked, places, complaints);
  if (!complaints.none) return { document: null, problems: complaints.list() };
  // What passed the grammar has the shape of the type.
  const written = value as PolicyDocument;
  advise(written, places, complaints);
  return { document: { ...written, restricted: written.restricted ?? DEFAULT_RESTRICTED }, problems: complaints.list() };
}
