/** What somebody may do if a text were a tenant's own policies: asked before it is put in force. */
import type { Reader } from '#model';
import type { Resource } from './access.ts';
import type { Action } from './actions.ts';
import type { Cedar } from './cedar.ts';
import { checkText, type CheckedText } from './check-text.ts';
import { Decider } from './decider.ts';
import type { FieldState } from './entities.ts';
import { explainDecision, type Explained } from './explain.ts';
import { policySet } from './policy-set.ts';

export interface Tried {
  readonly reader: Reader;
  readonly action: Action;
  readonly resource: Resource;
  /** Of the attribute that the resource names, as data: it goes to a thread. */
  readonly field: FieldState;
}

export interface TextQuestion {
  readonly text: string;
  /** Without it, what is wrong with the text. */
  readonly asked?: Tried;
}

/** The problems instead, if it cannot be applied. INVARIANT: the reader is of the resource's tenant. */
export function tryText(cedar: Cedar, text: string, { reader, action, resource, field }: Tried): CheckedText | Explained {
  const checked = checkText(cedar, text);
  if (checked.problems.some(({ severity }) => severity === 'error')) return checked;
  const decider = new Decider({ cedar, name: 'tried', version: 0, set: policySet(cedar, text), fields: () => ({ keys: [], of: () => field, digest: '' }) });
  return explainDecision(decider, reader, action, resource);
}
