/** The filter processor: spans that are dropped because of their service, their kind, or an attribute that they have. */
import type { Place, Scope } from '#policy';
import { attributesOf, type Context, scopeOf } from './conditions.ts';
import { type ConfigNode, member, texts, textOf } from './config-tree.ts';
import type { Draft, Origin } from './draft.ts';
import { namesOf } from './match.ts';
import { type Condition, readCondition } from './ottl.ts';

const BY_VALUE = 'a rule drops spans by service, environment, kind of span and the keys that they have, not by values: to drop more than was meant would be worse';
const NOT_SPANS = 'there are only traces here, no metrics, logs or profiles';

export function importFilter(name: string, config: ConfigNode, draft: Draft): void {
  for (const [key, node] of config.members ?? []) {
    if (key === 'traces') importConditions(name, node, draft);
    else if (key === 'trace_conditions') for (const item of node.items ?? []) importCondition({ processor: name, line: item.line }, textOf(item) ?? '', 'span', draft);
    else if (key === 'spans') importSpans(name, node, draft);
    else if (key !== 'error_mode') draft.remark({ processor: name, line: node.line }, key, NOT_SPANS);
  }
}

function importConditions(name: string, traces: ConfigNode, draft: Draft): void {
  for (const [context, list] of traces.members ?? []) {
    for (const { text, line } of texts(list)) {
      const origin = { processor: name, line };
      if (context === 'span' || context === 'resource' || context === 'scope') importCondition(origin, text, context, draft);
      else draft.leave(origin, text, 'single events cannot be dropped; their attributes can, by rules for the place event');
    }
  }
}

function importCondition(origin: Origin, text: string, context: Context, draft: Draft): void {
  const condition = readCondition(text);
  if (condition === null) return draft.leave(origin, text, 'it was not understood');
  // One of several is enough, as for conditions that stand one below the other.
  for (const part of condition.is === 'or' ? condition.parts : [condition]) {
    const has = hasAttribute(part, context);
    const scope = scopeOf(part, context, null);
    if (has !== null) draft.add({ name: `${origin.processor} spans with ${has.key}`, origin, reason: 'spans that have it are dropped', for: { places: [has.place] }, keys: [has.key], action: 'drop-span' });
    else if (scope !== null && Object.keys(scope).length > 0) dropSpans(origin, scope, draft);
    else draft.leave(origin, text, BY_VALUE);
  }
}

/** A rule takes a span by something that every span has: its name. */
function dropSpans(origin: Origin, scope: Scope, draft: Draft): void {
  draft.add({ name: `${origin.processor} spans`, origin, reason: 'spans that are dropped', for: { ...scope, places: ['span-name'] }, action: 'drop-span' });
}

/** `attributes["x"] != nil`. */
function hasAttribute(condition: Condition, context: Context): { readonly place: Place; readonly key: string } | null {
  if (condition.is !== 'compare' || condition.sign !== '!=' || condition.right.is !== 'nil') return null;
  const attribute = attributesOf(condition.left, context);
  return attribute === null || attribute.key === null ? null : { place: attribute.place, key: attribute.key };
}

/** The older form: `spans.include` and `spans.exclude`. */
function importSpans(name: string, spans: ConfigNode, draft: Draft): void {
  const include = member(spans, 'include');
  if (include !== undefined) draft.leave({ processor: name, line: include.line }, 'spans.include', 'a rule names what is dropped, not what is left: producers say which services they may send for');
  const exclude = member(spans, 'exclude');
  if (exclude === undefined) return;
  const origin = { processor: name, line: exclude.line };
  const asked = [...(exclude.members ?? [])].filter(([key]) => key !== 'match_type' && key !== 'regexp');
  const services = namesOf(texts(member(exclude, 'services')).map(({ text }) => text), textOf(member(exclude, 'match_type')) !== 'regexp');
  if (asked.length === 1 && asked[0]![0] === 'services' && services !== null && services.length > 0) dropSpans(origin, { services }, draft);
  else draft.leave(origin, `spans.exclude: ${asked.map(([key]) => key).join(', ')}`, BY_VALUE);
}
