/**
 * Which rule decides. The rules that can apply to the values of one place, in spans of one kind of one service, are a rule set; equal
 * ones are one object, so that whoever acts on values need not know what they were chosen by. Within a set the first rule in the
 * order of the document decides: among those about whole values for a value, among those about recognized parts for a part.
 */
import { matchesGlob } from '#control/glob';
import type { Kind } from '#scanner/recognizer';
import { ATTRIBUTE_PLACES, type Place, type Rule, type Scope, type SpanKind, type ValueType } from './document.ts';
import { inGroup } from './groups.ts';

/** What a rule's `for` is asked about. */
export interface Where {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  /** Null for what belongs to spans of several kinds: attributes of a resource or scope. Rules for some kinds of span do not apply there. */
  readonly spanKind: SpanKind | null;
  readonly place: Place;
}

const ANSWERS_MAX = 65_536;

export class RuleSet {
  /** From 0, in the order in which sets were first needed. */
  readonly id: number;
  readonly rules: readonly Rule[];
  /** Whether there is any rule about whole values, or attributes that no rule names go: else only what is recognized has to be looked at. */
  readonly hasWhole: boolean;
  /** What becomes of an attribute that `whole` names no rule for. */
  readonly unnamed: 'keep' | 'drop';
  readonly #whole: readonly Rule[];
  readonly #parts: readonly Rule[];
  readonly #answers = new Map<string, Rule | null>();
  readonly #isAttribute: boolean;

  constructor(id: number, rules: readonly Rule[], isAttribute: boolean, unnamed: 'keep' | 'drop') {
    this.id = id;
    this.rules = rules;
    this.#isAttribute = isAttribute;
    this.#whole = rules.filter(({ recognized }) => recognized === undefined);
    this.#parts = rules.filter(({ recognized }) => recognized !== undefined);
    this.unnamed = isAttribute ? unnamed : 'keep';
    this.hasWhole = this.#whole.length > 0 || this.unnamed === 'drop';
  }

  /** The rule about the whole value under this key, or null. Texts that are no attribute have no key: `key` is ignored for them. */
  whole(key: string, type: ValueType): Rule | null {
    return this.#whole.length === 0 ? null : this.#remembered(`w ${type} ${key}`, () => this.#whole.find((rule) => this.#names(rule, key, key, type)) ?? null);
  }

  /** The rule about a recognized part, or null, which means that it is replaced. `inner`: the key next to it within a map, or the attribute's. */
  part(kind: Kind, key: string, inner: string, type: ValueType): Rule | null {
    return this.#remembered(`p ${kind} ${type} ${key.length} ${key} ${inner}`, () => this.#parts.find((rule) => (rule.recognized === 'any' || rule.recognized?.includes(kind) === true) && this.#names(rule, key, inner, type)) ?? null);
  }

  #names({ keys, groups, types }: Rule, key: string, inner: string, type: ValueType): boolean {
    if (types !== undefined && !types.includes(type)) return false;
    if (keys === undefined && groups === undefined) return true;
    if (!this.#isAttribute) return false;
    return keys?.some((glob) => matchesGlob(glob, key) || matchesGlob(glob, inner)) === true || groups?.some((group) => inGroup(group, key)) === true;
  }

  #remembered(question: string, answer: () => Rule | null): Rule | null {
    let rule = this.#answers.get(question);
    if (rule === undefined) {
      if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
      this.#answers.set(question, (rule = answer()));
    }
    return rule;
  }
}

/** The sets of one policy. Not bounded by itself: whoever asks about names that others choose forgets them when there are too many. Ask by resource, not by span. */
export class RuleSets {
  readonly #rules: readonly Rule[];
  readonly #unnamed: 'keep' | 'drop';
  readonly #sets = new Map<string, RuleSet>();

  constructor(rules: readonly Rule[], unnamed: 'keep' | 'drop') {
    this.#rules = rules;
    this.#unnamed = unnamed;
  }

  /** Sets asked for again are others. */
  forget(): void {
    this.#sets.clear();
  }

  for(where: Where): RuleSet {
    const applies = this.#rules.map((rule) => isFor(rule.for, where, rule));
    const isAttribute = ATTRIBUTE_PLACES.has(where.place);
    const name = `${isAttribute} ${applies.map(Number).join('')}`;
    let set = this.#sets.get(name);
    if (set === undefined) this.#sets.set(name, (set = new RuleSet(this.#sets.size, this.#rules.filter((_, at) => applies[at]), isAttribute, this.#unnamed)));
    return set;
  }
}

function isFor(scope: Scope | undefined, where: Where, rule: Rule): boolean {
  // A rule about whole values takes texts that are no attribute only if it names their place.
  if (rule.recognized === undefined && !ATTRIBUTE_PLACES.has(where.place) && scope?.places?.includes(where.place) !== true) return false;
  if (scope === undefined) return true;
  const { tenants, services, environments, spans, places } = scope;
  return matches(tenants, where.tenant) && matches(services, where.service) && matches(environments, where.environment)
    && (spans === undefined || (where.spanKind !== null && spans.includes(where.spanKind))) && (places === undefined || places.includes(where.place));
}

function matches(globs: readonly string[] | undefined, name: string): boolean {
  return globs === undefined || globs.some((glob) => matchesGlob(glob, name));
}
