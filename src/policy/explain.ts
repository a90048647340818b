/** Which rule decides about a value, and which others would have if it were not there: for people who wonder about their policy. */
import type { Role } from '#model';
import type { Kind } from '#scanner/recognizer';
import { actionName } from './action.ts';
import { type Action, ATTRIBUTE_PLACES, decidingRules, type PolicyDocument, type Rule, type ValueType } from './document.ts';
import { rolesFor } from './restriction.ts';
import { RuleSets, type Where } from './rule-set.ts';
import { FINAL_ACTIONS } from './strength.ts';

export interface Explanation {
  /** Whether the rule is one about the whole value or about the recognized part. */
  readonly by: 'whole' | 'part';
  /** Null: none names it. */
  readonly rule: Rule | null;
  readonly action: Action;
  /** Rules about the same, in their order, that would decide if the ones before them were not there. */
  readonly others: readonly Rule[];
  /** Of a part whose value stays as a whole: the rule about the whole value, which acts on what is left. Null where there is none. */
  readonly wholeRule: Rule | null;
  /** Who is shown what is stored, if rules restrict it; null: whoever sees the span. */
  readonly roles: readonly Role[] | null;
}

/** `kind` null asks about the whole value, whatever is in it. `key` is ignored for texts that are no attribute. */
export function explain(document: PolicyDocument, where: Where, key: string, kind: Kind | null, type: ValueType): Explanation {
  const unnamed = document.attributes ?? 'keep';
  const rules = decidingRules(document);
  const set = new RuleSets(rules, unnamed).for(where);
  const roles = rolesFor(document, where.place === 'status-message' ? 'status.message' : ATTRIBUTE_PLACES.has(where.place) ? key : '');
  const named = set.whole(key, type);
  // It stays under every rule but one that drops its span.
  const stays = where.place === 'resource' && key === 'service.name' && named?.action !== 'drop-span';
  const whole = stays ? null : named;
  const wholeAction = stays ? 'keep' : (whole?.action ?? set.unnamed);
  if (kind === null || FINAL_ACTIONS.has(actionName(wholeAction))) {
    return { by: 'whole', rule: whole, action: wholeAction, others: stays ? [] : othersOf(rules, whole, (rule) => new RuleSets([rule], unnamed).for(where).whole(key, type)), wholeRule: null, roles };
  }
  const part = set.part(kind, key, key, type);
  return { by: 'part', rule: part, action: part?.action ?? 'replace', others: othersOf(rules, part, (rule) => new RuleSets([rule], unnamed).for(where).part(kind, key, key, type)), wholeRule: whole, roles };
}

/** Those that name it when they are asked alone. */
function othersOf(rules: readonly Rule[], deciding: Rule | null, ask: (rule: Rule) => Rule | null): readonly Rule[] {
  return rules.filter((rule) => rule.id !== deciding?.id && ask(rule) !== null);
}
