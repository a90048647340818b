/**
 * How much of a value an action leaves: which of two leaves more. The order is that of `ACTION_NAMES`; equal names are compared by what they say.
 * On doubt the new one counts as weaker.
 */
import { ACTION_NAMES, actionName, type ActionName, sealing } from './action.ts';
import { type Action, TIME_UNITS } from './document.ts';

/** What is acted upon: a whole value, the address that a recognizer found, or another part. */
export type Subject = 'whole' | 'address' | 'part';

/** Of a whole value: after these no part of it is judged. */
export const FINAL_ACTIONS: ReadonlySet<ActionName> = new Set<ActionName>(['mask', 'pseudonymize', 'seal', 'replace', 'drop', 'drop-span']);

/** Whether something that `from` acted upon may be left standing, or left more of, by `to`. */
export function isWeaker(from: Action, to: Action, subject: Subject): boolean {
  const before = actionName(from);
  const after = actionName(to);
  if (before === after) return leavesMore(from, to);
  // What others only hide a part of is kept whole, for those who may open it.
  if (after === 'seal') return before !== 'keep';
  // What generalize and template do not understand they replace; only an address that was recognized is surely understood.
  const strength = (before === 'generalize' && subject !== 'address') || before === 'template' ? 'replace' : before;
  return ACTION_NAMES.indexOf(after) < ACTION_NAMES.indexOf(strength);
}

/** Of two actions of one name. */
function leavesMore(from: Action, to: Action): boolean {
  const [sealed, seals] = [sealing(from), sealing(to)];
  if (sealed !== null && seals !== null) return (seals.searchable === true && sealed.searchable !== true) || (sealed.subject === true && seals.subject !== true) || (sealed.approval !== undefined && seals.approval === undefined);
  // Words, and names that are written in place of values, leave nothing.
  if (typeof from === 'string' || typeof to === 'string') return false;
  if ('truncate' in from && 'truncate' in to) return to.truncate > from.truncate;
  if ('mask' in from && 'mask' in to) return to.mask.last > from.mask.last;
  if ('template' in from && 'template' in to) return to.template !== from.template;
  if ('pseudonymize' in from && 'pseudonymize' in to) return to.pseudonymize.purpose !== from.pseudonymize.purpose || hoursOf(to.pseudonymize.every) > hoursOf(from.pseudonymize.every);
  if ('generalize' in from && 'generalize' in to) return isFiner(from.generalize, to.generalize);
  return false;
}

type Generalization = Extract<Action, { readonly generalize: unknown }>['generalize'];

function isFiner(from: Generalization, to: Generalization): boolean {
  if ('network' in from && 'network' in to) return to.network.v4 > from.network.v4 || to.network.v6 > from.network.v6;
  if ('time' in from && 'time' in to) return TIME_UNITS.indexOf(to.time) < TIME_UNITS.indexOf(from.time);
  // A bucket that is wider but no multiple cuts elsewhere, and tells more of some numbers.
  if ('number' in from && 'number' in to) return to.number % from.number !== 0;
  return true;
}

/** Infinite if there is no period. */
export function hoursOf(every: string | undefined): number {
  if (every === undefined) return Infinity;
  return Number(every.slice(0, -1)) * (every.endsWith('d') ? 24 : 1);
}
