/**
 * The minimization policy: a document of rules (`document.ts`), and which of them decides about a value (`rule-set.ts`). What is not understood
 * completely is not loaded. Acting on values is the business of `minimize`, which alone sees them.
 */
import { createHash } from 'node:crypto';
import { sealing } from './action.ts';
import { type Action, decidingRules, type OwnRecognizer, type PolicyDocument, type Rule } from './document.ts';
import { restrictedBy, restriction, type Restriction } from './restriction.ts';
import { keysOf, RuleSets } from './rule-set.ts';

export { ACTION_NAMES, actionName, type ActionName, sealing } from './action.ts';
export { type Decision, type Found, needsSecondPerson, pastDecision, presentDecision, SEALED, WHOLE_VALUE } from './decision.ts';
export { DEFAULT_POLICY } from './default-policy.ts';
export { ATTRIBUTE_PLACES, decidingRules, isRestrictRule, PLACES, restrictRules, SHARED_PLACES, SPAN_KINDS, TEMPLATES, TIME_UNITS, VALUE_TYPES } from './document.ts';
export type { Action, OwnRecognizer, Place, PolicyDocument, RestrictRule, Rule, Scope, Sealing, SpanKind, ValueType } from './document.ts';
export { GROUP_NAME, inGroup, keysOfGroup, NAMED_GROUPS } from './groups.ts';
export { readRestriction, type Restriction, rolesFor } from './restriction.ts';
export { RuleSet, RuleSets, type Where } from './rule-set.ts';
export { sealedRules, type SealedRule } from './sealed-rules.ts';
export { statedPlace, type StatedPlace } from './stated-place.ts';

export interface CompiledPolicy extends Restriction {
  readonly document: PolicyDocument;
  /** Canonical JSON of the document (sorted members, no spaces): what the log says was in force. */
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  readonly recognizers: readonly OwnRecognizer[];
  readonly sets: RuleSets;
  /**
   * Whether some rule may do with recognized parts of this attribute's values other than to replace them: then it matters which kinds there are below a mark
   * (`Mark.parts`). Else every mark is replaced by what stands in its stead.
   */
  readonly distinguishes: (key: string) => boolean;
  /** Every address becomes the network that recognizers make of it, so that one that is such a network is nothing to act upon. */
  readonly networksStay: boolean;
  /** Some rule seals. */
  readonly seals: boolean;
}

/** Whether some rule of it seals. */
export function sealsAnything(document: PolicyDocument): boolean {
  return decidingRules(document).some(({ action }) => sealing(action) !== null);
}

/** Of a document that was checked. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const text = canonicalJson(document);
  const rules = decidingRules(document);
  return {
    document,
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    recognizers: document.recognizers ?? [],
    sets: new RuleSets(rules, document.attributes ?? 'keep'),
    distinguishes: distinguishing(rules),
    networksStay: networksStay(rules),
    seals: sealsAnything(document),
    ...restriction(restrictedBy(document)),
  };
}

/** In what is sealed some kinds stay and others do not. */
function distinguishing(rules: readonly Rule[]): (key: string) => boolean {
  if (rules.some(({ recognized, action }) => recognized !== undefined && !replaces(action))) return () => true;
  const sealed = rules.filter(({ action }) => sealing(action) !== null).map(keysOf);
  return (key) => sealed.some((names) => names(key));
}

/** One rule decides about all addresses, and no other rule about any before. */
function networksStay(rules: readonly Rule[]): boolean {
  const first = rules.find(({ recognized }) => recognized === 'any' || recognized?.includes('ip'));
  if (first === undefined || first.for !== undefined || first.keys !== undefined || first.groups !== undefined || first.types !== undefined) return false;
  const { action } = first;
  return typeof action === 'object' && 'generalize' in action && 'network' in action.generalize && action.generalize.network.v4 === 24 && action.generalize.network.v6 === 48;
}

/** The network of an address replaces it: only where nothing graver covers it. */
function replaces(action: Action): boolean {
  return action === 'replace' || (typeof action === 'object' && ('replace' in action || 'generalize' in action));
}

/** RFC 8785 for what a policy has: objects, lists, strings, integers. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
