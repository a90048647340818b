/** Actions by name: what people and answers call them. */
import type { Action } from './document.ts';

/** Names of all actions, the weakest first: each leaves less of a value than the ones before it. */
export const ACTION_NAMES = ['keep', 'truncate', 'generalize', 'template', 'mask', 'pseudonymize', 'replace', 'drop', 'drop-span'] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** Names that have their place in the language and no meaning yet. */
export const RESERVED_ACTIONS: readonly string[] = ['seal'];

export function actionName(action: Action): ActionName {
  // A checked action that is an object has one member, its name.
  return typeof action === 'string' ? action : (Object.keys(action)[0] as ActionName);
}
