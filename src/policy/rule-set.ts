/**
 * Which rule decides. The rules that can apply to the values of one place, in spans of one kind of one service, are a rule set; equal
 * ones are one object, so that whoever acts on values need not know what they were chosen by. Within a set the first rule in the
 * order of the document decides: among those about whole values for a value, among those about recognized parts for a part.
 */
import { globMatcher } from '#control/glob';
import type { Kind } from '#scanner/recognizer';
import { sealing } from './action.ts';
import { ATTRIBUTE_PLACES, type Place, type Rule, type Scope, SHARED_PLACES, type SpanKind, type ValueType } from './document.ts';
import { keysOfGroup } from './groups.ts';

/** What a rule's `for` is asked about. */
export interface Where {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  /** Null for what belongs to spans of several kinds: attributes of a resource or scope. Rules for some kinds of span do not apply there. */
  readonly spanKind: SpanKind | null;
  readonly place: Place;
}

/** Whoever asks for every value remembers answers by what values have; this is for the others. */
const ANSWERS_MAX = 4_096;

export class RuleSet {
  /** From 0, in the order in which sets were first needed. */
  readonly id: number;
  readonly rules: readonly Rule[];
  /** Whether there is any rule about whole values, or attributes that no rule names go: else only what is recognized has to be looked at. */
  readonly hasWhole: boolean;
  /** What becomes of an attribute that `whole` names no rule for. */
  readonly unnamed: 'keep' | 'drop';
  readonly #whole: readonly NamingRule[];
  readonly #parts: readonly NamingRule[];
  readonly #answers = new Map<string, Rule | null>();

  constructor(id: number, rules: readonly Rule[], isAttribute: boolean, unnamed: 'keep' | 'drop') {
    this.id = id;
    this.rules = rules;
    const naming = rules.map((rule) => ({ rule, names: namesOf(rule, isAttribute) }));
    this.#whole = naming.filter(({ rule }) => rule.recognized === undefined);
    this.#parts = naming.filter(({ rule }) => rule.recognized !== undefined);
    this.unnamed = isAttribute ? unnamed : 'keep';
    this.hasWhole = this.#whole.length > 0 || this.unnamed === 'drop';
  }

  /** The rule about the whole value under this key, or null. Texts that are no attribute have no key: `key` is ignored for them. */
  whole(key: string, type: ValueType): Rule | null {
    return this.#whole.length === 0 ? null : this.#remembered(`w ${type} ${key}`, () => this.#whole.find(({ names }) => names(key, key, type))?.rule ?? null);
  }

  /** The rule about a recognized part, or null, which means that it is replaced. `inner`: the key next to it within a map, or the attribute's. */
  part(kind: Kind, key: string, inner: string, type: ValueType): Rule | null {
    return this.#remembered(`p ${kind} ${type} ${key.length} ${key} ${inner}`, () => this.#parts.find(({ rule: { recognized }, names }) => (recognized === 'any' || recognized?.includes(kind) === true) && names(key, inner, type))?.rule ?? null);
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

interface NamingRule {
  readonly rule: Rule;
  readonly names: (key: string, inner: string, type: ValueType) => boolean;
}

function namesOf({ keys, groups, types }: Rule, isAttribute: boolean): NamingRule['names'] {
  const isOfType = (type: ValueType): boolean => types === undefined || types.includes(type);
  if (keys === undefined && groups === undefined) return (_key, _inner, type) => isOfType(type);
  if (!isAttribute) return () => false;
  const [ofKeys, ofGroups] = [matcherOf(keys ?? []), matcherOfGroups(groups ?? [])];
  return (key, inner, type) => isOfType(type) && (ofKeys(key) || (inner !== key && ofKeys(inner)) || ofGroups(key));
}

/** Whether a rule about whole values may name an attribute of this key, or a text that is none, whatever its type and place. */
export function keysOf({ keys, groups }: Rule): (key: string) => boolean {
  if (keys === undefined && groups === undefined) return () => true;
  const [ofKeys, ofGroups] = [matcherOf(keys ?? []), matcherOfGroups(groups ?? [])];
  return (key) => ofKeys(key) || ofGroups(key);
}

/** The sets of one policy. Not bounded by itself: whoever asks about names that others choose forgets them when there are too many. Ask by resource, not by span. */
export class RuleSets {
  readonly #rules: readonly ScopedRule[];
  readonly #unnamed: 'keep' | 'drop';
  readonly #sets = new Map<string, RuleSet>();
  /** The names asked about last, and the rules that are for them: most questions are about other places of the same resource. */
  #tenant = '';
  #service = '';
  #environment = '';
  #ofNames: readonly ScopedRule[] | null = null;

  constructor(rules: readonly Rule[], unnamed: 'keep' | 'drop') {
    this.#rules = rules.map(scoped);
    this.#unnamed = unnamed;
  }

  /** Sets asked for again are others. */
  forget(): void {
    this.#sets.clear();
  }

  for({ tenant, service, environment, spanKind, place }: Where): RuleSet {
    if (this.#ofNames === null || tenant !== this.#tenant || service !== this.#service || environment !== this.#environment) {
      this.#ofNames = this.#rules.filter(({ isFor }) => isFor(tenant, service, environment));
      this.#tenant = tenant;
      this.#service = service;
      this.#environment = environment;
    }
    const isAttribute = ATTRIBUTE_PLACES.has(place);
    const applying = this.#ofNames.filter(({ rule }) => isAt(rule, spanKind, place, isAttribute));
    const name = `${isAttribute} ${SHARED_PLACES.has(place)} ${applying.map(({ at }) => at).join()}`;
    let set = this.#sets.get(name);
    if (set === undefined) this.#sets.set(name, (set = new RuleSet(this.#sets.size, applying.map((one) => (SHARED_PLACES.has(place) ? one.shared : one.rule)), isAttribute, this.#unnamed)));
    return set;
  }
}

interface ScopedRule {
  readonly rule: Rule;
  /** What it does where values are shared by spans: a seal is of one span, so there the value is replaced. */
  readonly shared: Rule;
  /** Its place in the document. */
  readonly at: number;
  readonly isFor: (tenant: string, service: string, environment: string) => boolean;
}

function scoped(rule: Rule, at: number): ScopedRule {
  const { tenants, services, environments }: Scope = rule.for ?? {};
  const shared: Rule = sealing(rule.action) === null ? rule : { ...rule, action: 'replace' };
  if (tenants === undefined && services === undefined && environments === undefined) return { rule, shared, at, isFor: () => true };
  const [ofTenants, ofServices, ofEnvironments] = [matcherOf(tenants), matcherOf(services), matcherOf(environments)];
  return { rule, shared, at, isFor: (tenant, service, environment) => ofTenants(tenant) && ofServices(service) && ofEnvironments(environment) };
}

function isAt({ recognized, for: scope }: Rule, spanKind: SpanKind | null, place: Place, isAttribute: boolean): boolean {
  // A rule about whole values takes texts that are no attribute only if it names their place.
  if (recognized === undefined && !isAttribute && scope?.places?.includes(place) !== true) return false;
  return scope === undefined || ((scope.spans === undefined || (spanKind !== null && scope.spans.includes(spanKind))) && (scope.places === undefined || scope.places.includes(place)));
}

/** One of the globs must match; absent = nothing is asked. */
function matcherOf(globs: readonly string[] | undefined): (name: string) => boolean {
  if (globs === undefined) return () => true;
  const matchers = globs.map(globMatcher);
  return (name) => matchers.some((matches) => matches(name));
}

function matcherOfGroups(groups: readonly string[]): (name: string) => boolean {
  return matcherOf(groups.flatMap(keysOfGroup));
}
