/** Actions by name: what people and answers call them. */
import type { Action, Sealing } from './document.ts';

/** Names of all actions, the weakest first: each leaves less of a value than the ones before it. */
export const ACTION_NAMES = ['keep', 'truncate', 'generalize', 'template', 'mask', 'pseudonymize', 'seal', 'replace', 'drop', 'drop-span'] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

export function actionName(action: Action): ActionName {
  // A checked action that is an object has one member, its name.
  return typeof action === 'string' ? action : (Object.keys(action)[0] as ActionName);
}

/** What a rule that seals says of it; null for any other action. */
export function sealing(action: Action): Sealing | null {
  return action === 'seal' ? {} : typeof action === 'object' && 'seal' in action ? action.seal : null;
}
