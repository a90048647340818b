/**
 * What a change of the policy makes weaker: whatever was removed and may now be kept, or transformed less. Never misses one; where it
 * cannot tell, it says that there is one.
 *
 * Of each rule that may decide under the old policy and each that may decide the same question under the new one, the actions are compared.
 * Two rules may both decide where their grounds meet and no earlier rule of either policy covers what they have in common.
 */
import { LIMITS } from '#limits';
import { actionName } from './action.ts';
import { ATTRIBUTE_PLACES, type Action, decidingRules, type PolicyDocument, type Rule } from './document.ts';
import { GlobSets } from './glob-sets.ts';
import { boxCovers, boxesMeet, boxesOf, cellsOf, EVERYTHING, isIn, isPlaced, type Box, type Cell } from './ground.ts';
import { FINAL_ACTIONS, isWeaker, type Subject } from './strength.ts';
import { restrictedBy } from './restriction.ts';
import { INCOMPARABLE, Weaker, type Weakening } from './weaker.ts';
import { weakerRecognizers, weakerRestriction, weakerRoles } from './weaker-members.ts';

export type { Weakening } from './weaker.ts';

/** Of checked documents. Empty if nothing is weaker. */
export function weakenings(from: PolicyDocument, to: PolicyDocument): readonly Weakening[] {
  const members = [...weakerRecognizers(from.recognizers ?? [], to.recognizers ?? []), ...weakerRestriction(restrictedBy(from), restrictedBy(to)), ...weakerRoles(from, to)];
  const comparison = new Comparison(from, to);
  return [...members, ...comparison.weaker()];
}

/** A rule in the order of its policy, or what becomes of what no rule names, which comes last. */
export interface Decider {
  readonly at: number;
  readonly rule: Rule | null;
  readonly action: Action;
  readonly boxes: readonly Box[];
  /** Where the first rule of the other policy stands that says the same. Infinity if none does. */
  readonly twin: number;
}

/** Two rules that are passed over cost a fraction of a comparison of globs. */
const PAIRS_A_STEP = 16;

class TooMuch extends Error {}

class Comparison {
  readonly #sets = new GlobSets();
  readonly #found = new Weaker(this.#sets);
  readonly #from: Side;
  readonly #to: Side;
  readonly #cells: readonly Cell[];

  constructor(from: PolicyDocument, to: PolicyDocument) {
    this.#from = new Side(from, to);
    this.#to = new Side(to, from);
    this.#cells = cellsOf(from, to);
  }

  weaker(): readonly Weakening[] {
    if (this.#from.content === this.#to.content) return [];
    if (this.#cells.length > LIMITS.policy_cells_max) return [INCOMPARABLE];
    // Cells in which the same rules apply have the same answers.
    const seen = new Set<string>();
    const isNew = (signature: string): boolean => seen.size < seen.add(signature).size;
    try {
      for (const cell of this.#cells) {
        const before = this.#from.in(cell);
        const after = this.#to.in(cell);
        const whole = `${isAttribute(cell)} ${signatureOf(before.whole)} ${signatureOf(after.whole)}`;
        if (isNew(whole)) this.#pairs(before.whole, after.whole, 'whole', null);
        if (isNew(`${cell.kinds[0]} ${whole} ${signatureOf(before.parts)} ${signatureOf(after.parts)}`)) this.#parts(before, after, cell);
      }
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      return [...this.#found.list(), INCOMPARABLE];
    }
    return this.#found.list();
  }

  #parts(before: Deciders, after: Deciders, cell: Cell): void {
    if (cell.isNew) return this.#newKind(after.parts, cell);
    const subject: Subject = cell.kinds[0] === 'ip' ? 'address' : 'part';
    // Parts are judged unless what becomes of the whole value is final, and always in the service.name of a resource, which stays.
    if (cell.place === 'resource' || after.whole.some(({ action }) => !isFinal(action))) this.#pairs(before.parts, after.parts, subject, cell);
    this.#partsThenWhole(before, after, subject, cell);
  }

  /**
   * What only a new recognizer finds was kept before. Where it was found as something else too, the stronger action counts; of actions of one
   * name that of the new kind may count, though it leaves more.
   */
  #newKind(after: readonly Decider[], cell: Cell): void {
    for (const old of this.#from.partsIn(cell)) {
      this.#count(after.length / PAIRS_A_STEP);
      for (const now of after) {
        if (actionName(old.action) === actionName(now.action) && isWeaker(old.action, now.action, 'part')) this.#note(old, now, [[old, []], [now, after]], cell);
      }
    }
  }

  #pairs(before: readonly Decider[], after: readonly Decider[], subject: Subject, cell: Cell | null): void {
    for (const old of before) {
      this.#count(after.length / PAIRS_A_STEP);
      for (const now of after) {
        if (old.twin < now.at || now.twin < old.at || !isWeaker(old.action, now.action, subject)) continue;
        this.#note(old, now, [[old, before], [now, after]], cell);
      }
    }
  }

  /** Parts that were judged one by one, in values of which the whole is now acted upon, and less is done. */
  #partsThenWhole(before: Deciders, after: Deciders, subject: Subject, cell: Cell): void {
    const kept = before.whole.filter(({ action }) => !isFinal(action));
    for (const now of after.whole) {
      // A value that is an address is generalized as it is, without a look at its parts.
      if (!isFinal(now.action) && !isNetwork(now.action)) continue;
      for (const whole of kept) {
        if (isNetwork(now.action) && isNetwork(whole.action)) continue;
        if (now.twin < whole.at || whole.twin < now.at) continue;
        this.#count(before.parts.length / PAIRS_A_STEP);
        for (const old of before.parts) {
          if (isWeaker(old.action, now.action, subject)) this.#note(old, now, [[whole, before.whole], [old, before.parts], [now, after.whole]], cell);
        }
      }
    }
  }

  /** Notes a weakening if there is a question that each of some deciders decides among its own. */
  #note(old: Decider, now: Decider, decided: readonly Decided[], cell: Cell | null): void {
    if (this.#found.knows(old, now, cell)) return;
    let grounds: readonly (readonly Box[])[] = [[]];
    for (const [{ boxes }] of decided) grounds = grounds.flatMap((ground) => boxes.filter((box) => this.#meets(ground, box)).map((box) => [...ground, box]));
    for (const ground of grounds) if (!this.#isCovered(ground, decided)) this.#found.note(old, now, ground, cell);
  }

  #meets(ground: readonly Box[], box: Box): boolean {
    this.#count(1);
    return ground.every((one) => boxesMeet(this.#sets, one, box));
  }

  /** Whether an earlier rule than one of those that should decide takes all of it. */
  #isCovered(ground: readonly Box[], decided: readonly Decided[]): boolean {
    return decided.some(([decider, among]) => among.some(({ at, boxes }) => at < decider.at && boxes.some((box) => this.#meets(ground, box) && boxCovers(this.#sets, box, ground))));
  }

  #count(steps: number): void {
    this.#sets.steps += steps;
    if (this.#sets.steps > LIMITS.policy_comparison_steps_max) throw new TooMuch('cannot compare policies of this size');
  }
}

/** Somebody who decides, among those who are asked. */
type Decided = readonly [Decider, readonly Decider[]];

interface Deciders {
  readonly whole: readonly Decider[];
  readonly parts: readonly Decider[];
}

/** One of the two policies. */
class Side {
  /** Of two policies that decide alike it is equal. */
  readonly content: string;
  readonly #deciders: readonly Decider[];
  readonly #unnamed: 'keep' | 'drop';

  constructor(document: PolicyDocument, other: PolicyDocument) {
    const { attributes = 'keep' } = document;
    const rules = decidingRules(document);
    const places = new Map(decidingRules(other).map((rule, at) => [contentOf(rule), at] as const).reverse());
    this.#deciders = rules.map((rule, at) => ({ at, rule, action: rule.action, boxes: boxesOf(rule), twin: places.get(contentOf(rule)) ?? Infinity }));
    this.#unnamed = attributes;
    this.content = `${attributes} ${rules.map(contentOf).join('\n')}`;
  }

  in(cell: Cell): Deciders {
    const within = this.#deciders.filter(({ rule }) => rule !== null && isIn(rule, cell));
    const last = (action: Action): Decider => ({ at: Infinity, rule: null, action, boxes: [EVERYTHING], twin: Infinity });
    return {
      whole: [...within.filter(({ rule }) => rule?.recognized === undefined), last(isAttribute(cell) ? this.#unnamed : 'keep')],
      parts: [...within.filter(({ rule }) => rule?.recognized !== undefined), last('replace')],
    };
  }

  /** Rules about parts of any kind. */
  partsIn(cell: Cell): readonly Decider[] {
    return this.#deciders.filter(({ rule }) => rule?.recognized !== undefined && isPlaced(rule, cell));
  }
}

function isAttribute({ place }: Cell): boolean {
  return ATTRIBUTE_PLACES.has(place);
}

function isNetwork(action: Action): boolean {
  return typeof action === 'object' && 'generalize' in action && 'network' in action.generalize;
}

function isFinal(action: Action): boolean {
  return FINAL_ACTIONS.has(actionName(action));
}

function signatureOf(deciders: readonly Decider[]): string {
  return deciders.map(({ at }) => at).join();
}

/** What a rule does, without its name and reason. */
function contentOf({ for: scope, keys, groups, types, recognized, action }: Rule): string {
  return JSON.stringify([scope, keys, groups, types, recognized, action]);
}
