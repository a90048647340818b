/**
 * Which rule did it, worked out again: policies are deterministic, so the policy's digest in the block, and where and what was found, are
 * enough to name the rule. The type of a value is often not known any more; then the answer is for the first type for which a rule acts.
 */
import type { Kind } from '#scanner/recognizer';
import { actionName, type ActionName, sealing } from './action.ts';
import { SHARED_PLACES, SPAN_KINDS, type SpanKind, VALUE_TYPES, type ValueType } from './document.ts';
import type { RuleSet, RuleSets } from './rule-set.ts';
import type { StatedPlace } from './stated-place.ts';
import { FINAL_ACTIONS } from './strength.ts';

export interface Found {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  /** OTLP, as stored. */
  readonly spanKind: number;
  readonly at: StatedPlace;
  /** What it counts as: a kind that a recognizer finds, or `WHOLE_VALUE`. */
  readonly kind: string;
  readonly type?: ValueType;
}

export interface Decision {
  /** Null: no rule names it, and what is recognized is replaced, or the policy's `attributes: drop` takes it. */
  readonly rule: string | null;
  readonly action: ActionName;
}

/** The kind under which sealed values count. */
export const SEALED = 'sealed';
/** The kind under which actions on whole values count. */
export const WHOLE_VALUE = 'field';

const REPLACED: Decision = { rule: null, action: 'replace' };

/** What a policy did, by what is said of it: the kind says whether it was the whole value or a part. */
export function pastDecision(sets: RuleSets, found: Found): Decision {
  if (found.at.inKey) return REPLACED;
  const set = setOf(sets, found);
  return isOfWhole(found.kind) ? ofWhole(set, found) : ofPart(set, found);
}

/** What a policy would do about the same: a rule about whole values comes first. */
export function presentDecision(sets: RuleSets, found: Found): Decision {
  if (found.at.inKey) return REPLACED;
  const set = setOf(sets, found);
  const whole = ofWhole(set, found);
  return isOfWhole(found.kind) || FINAL_ACTIONS.has(whole.action) ? whole : ofPart(set, found);
}

/** Whether a value of this key, type unknown, was or would be sealed by a rule that asks for a second person. On doubt it does. */
export function needsSecondPerson(sets: RuleSets, found: Omit<Found, 'kind' | 'type'>): boolean {
  const set = setOf(sets, { ...found, kind: SEALED });
  return VALUE_TYPES.some((type) => sealing(set.whole(found.at.key, type)?.action ?? 'keep')?.approval === 'second-person');
}

function setOf(sets: RuleSets, { tenant, service, environment, spanKind, at: { place } }: Found): RuleSet {
  return sets.for({ tenant, service, environment, spanKind: SHARED_PLACES.has(place) ? null : kindOf(spanKind), place });
}

/** OTLP: a span that names no kind is an internal one. */
function kindOf(spanKind: number): SpanKind {
  return spanKind === 0 ? 'internal' : (SPAN_KINDS[spanKind] ?? 'unspecified');
}

function ofWhole(set: RuleSet, { at: { place, key }, type }: Found): Decision {
  const rules = typesOf(type).map((one) => set.whole(key, one)).filter((rule) => rule !== null);
  const rule = rules.find(({ action }) => action !== 'keep') ?? rules[0];
  // It stays, but for its span.
  if (place === 'resource' && key === 'service.name' && rule?.action !== 'drop-span') return { rule: null, action: 'keep' };
  return rule === undefined ? { rule: null, action: set.unnamed } : { rule: rule.id, action: actionName(rule.action) };
}

function ofPart(set: RuleSet, { at: { key }, kind, type }: Found): Decision {
  const rules = typesOf(type).map((one) => set.part(kind as Kind, key, key, one));
  const keeping = rules.every((rule) => rule?.action === 'keep');
  const rule = keeping ? rules[0] : rules.find((one) => one?.action !== 'keep');
  return rule == null ? REPLACED : { rule: rule.id, action: actionName(rule.action) };
}

function typesOf(type: ValueType | undefined): readonly ValueType[] {
  return type === undefined ? VALUE_TYPES : [type];
}

function isOfWhole(kind: string): boolean {
  return kind === WHOLE_VALUE || kind === SEALED;
}
