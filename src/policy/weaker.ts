/** Weakenings as they are found, told in sentences. */
import { LIMITS } from '#limits';
import { actionName, type ActionName } from './action.ts';
import type { Action, Rule } from './document.ts';
import type { Globs, GlobSets } from './glob-sets.ts';
import type { Box, Cell } from './ground.ts';
import { KINDS } from '#scanner/recognizer';

export interface Weakening {
  /** The rule of the new policy, or the one of the old policy that is gone or narrower; '' where no rule of either is to blame. */
  readonly rule: string;
  readonly sentence: string;
  /** Recognized kinds it is about; empty if it is about whole values. */
  readonly kinds: readonly string[];
  /** Attribute keys with `*`; empty if it is about all keys, or texts that are no attribute. */
  readonly keys: readonly string[];
  /** Names of actions, or `recognized`, `restricted` and their opposites. */
  readonly from: string;
  readonly to: string;
}

export const INCOMPARABLE: Weakening = { rule: '', sentence: 'The two policies cannot be compared, because they have so many rules that differ: this counts as weaker.', kinds: [], keys: [], from: '', to: '' };

interface Deciding {
  readonly at: number;
  readonly rule: Rule | null;
  readonly action: Action;
}

interface Found {
  readonly old: Deciding;
  readonly now: Deciding;
  readonly isWhole: boolean;
  readonly kinds: Set<string>;
  readonly keys: Set<string>;
  isAboutAllKeys: boolean;
  /** Of a pair of rules it is the same, whichever of their keys meet. */
  readonly scope: string;
}

export class Weaker {
  readonly #sets: GlobSets;
  readonly #found = new Map<string, Found>();

  constructor(sets: GlobSets) {
    this.#sets = sets;
  }

  /** Whether it is noted already for the kinds of this cell. */
  knows(old: Deciding, now: Deciding, cell: Cell | null): boolean {
    const found = this.#found.get(nameOf(old, now, cell));
    return found !== undefined && (cell === null || cell.kinds.every((kind) => found.kinds.has(kind)));
  }

  /** `boxes` that meet, those of `now` last. */
  note(old: Deciding, now: Deciding, boxes: readonly Box[], cell: Cell | null): void {
    const name = nameOf(old, now, cell);
    const common = (dimension: keyof Box): Globs => boxes.map((box) => box[dimension]).reduceRight<Globs>((all, globs) => this.#sets.common(all, globs), null);
    let found = this.#found.get(name);
    if (found === undefined) {
      const scope = scopeText([old.rule, now.rule], { services: common('services'), environments: common('environments'), tenants: common('tenants') });
      this.#found.set(name, (found = { old, now, isWhole: cell === null, kinds: new Set(), keys: new Set(), isAboutAllKeys: false, scope }));
    }
    for (const kind of cell?.kinds ?? []) found.kinds.add(kind);
    const keys = this.#sets.common(common('key'), common('inner'));
    if (keys === null || keys.includes('*')) found.isAboutAllKeys = true;
    else for (const key of keys) if (found.keys.size < LIMITS.policy_weakening_names_max) found.keys.add(key);
  }

  /** In the order of the new policy, and not too many. */
  list(): readonly Weakening[] {
    const all = [...this.#found.values()].sort((a, b) => order(a.now.at, b.now.at) || order(a.old.at, b.old.at));
    const told = all.slice(0, LIMITS.policy_weakenings_max).map(weakeningOf);
    const untold = all.length - told.length;
    return untold === 0 ? told : [...told, { ...INCOMPARABLE, sentence: `There are ${untold} more pairs of rules of which the new one does less.` }];
  }
}

/** What no rule names comes last. */
function order(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function nameOf(old: Deciding, now: Deciding, cell: Cell | null): string {
  // What becomes of what no rule names is not the same for whole values and parts, attributes and texts.
  return [old.at, actionName(old.action), now.at, actionName(now.action), cell === null].join(' ');
}

const DONE: Readonly<Record<ActionName, string>> = {
  keep: 'kept', truncate: 'truncated', generalize: 'generalized', template: 'made a template', mask: 'masked', pseudonymize: 'made a pseudonym', seal: 'sealed', replace: 'replaced', drop: 'dropped', 'drop-span': 'dropped with its span',
};

function weakeningOf({ old, now, isWhole, kinds, keys, isAboutAllKeys, scope }: Found): Weakening {
  const named = isAboutAllKeys ? [] : [...keys].sort();
  const of = isWhole ? [] : [...kinds].sort();
  const [before, after] = [actionName(old.action), actionName(now.action)];
  const whole = named.length > 0 ? `The value of ${listText(named)}` : old.rule === null && now.rule === null ? 'An attribute that no rule names' : 'Any value';
  const others = KINDS.filter((kind) => !kinds.has(kind));
  // Rules about `any` have exceptions before them.
  const part = `${others.length === 0 ? 'Whatever is recognized' : others.length < KINDS.length / 3 ? `Whatever is recognized, ${listText(others)} apart,` : `A recognized ${listText(of, 'or')}`}${named.length === 0 ? '' : ` in ${listText(named)}`}`;
  const sentence = `${isWhole ? whole : part} was ${DONE[before]}${detailText(old.action)} and is now ${DONE[after]}${detailText(now.action)}${scope} (${byText(old)}, ${byText(now, 'now')}).`;
  return { rule: now.rule?.id ?? old.rule?.id ?? '', sentence, kinds: of, keys: named, from: before, to: after };
}

/** Where both rules apply. */
function scopeText(rules: readonly (Rule | null)[], globs: Readonly<Record<string, Globs>>): string {
  const both = (lists: readonly (readonly string[] | undefined)[]): Globs => lists.reduce<Globs>((all, list) => (list === undefined ? all : all === null ? list : all.filter((word) => list.includes(word))), null);
  const words = { places: both(rules.map((rule) => rule?.for?.places)), spans: both(rules.map((rule) => rule?.for?.spans)), types: both(rules.map((rule) => rule?.types)) };
  const parts = Object.entries({ ...globs, ...words }).flatMap(([name, list]) => (list === null ? [] : `${name} ${listText(list)}`));
  return parts.length === 0 ? '' : `, for ${parts.join('; ')}`;
}

function byText({ rule }: Deciding, when = 'before'): string {
  return rule === null ? `${when} no rule` : `${when} ${rule.id}`;
}

/** What tells two actions of one name apart. */
function detailText(action: Action): string {
  if (typeof action === 'string') return '';
  if ('mask' in action) return ` but for ${action.mask.last} characters`;
  if ('truncate' in action) return ` to ${action.truncate} characters`;
  if ('template' in action) return ` (${action.template})`;
  if ('seal' in action) return action.seal.approval === undefined ? '' : ' for two people together';
  if ('pseudonymize' in action) return ` for ${action.pseudonymize.purpose}, ${action.pseudonymize.every === undefined ? 'for good' : `each ${action.pseudonymize.every}`}`;
  if (!('generalize' in action)) return '';
  const { generalize } = action;
  return 'network' in generalize ? ` to /${generalize.network.v4} and /${generalize.network.v6}` : 'time' in generalize ? ` to the ${generalize.time}` : ` by ${generalize.number}`;
}

const SHOWN = 6;

function listText(names: readonly string[], last = 'and'): string {
  if (names.length > SHOWN) return `${names.slice(0, SHOWN).join(', ')} ${last} ${names.length - SHOWN} more`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}
