/** Why a policy drops a span: the first of its values that a rule with `drop-span` takes, or a rule that may have taken a part of one. */
import { type CompiledPolicy, decidingRules, type Place, type Rule, SPAN_KINDS, type StatedPlace, statedPlace, WHOLE_VALUE } from '#policy';
import type { Span } from '#query/span';
import { groupAttributes, type Owner } from './judge.ts';
import { valueAt } from './span-values.ts';

export interface WhyDropped {
  readonly rule: string | null;
  readonly at: StatedPlace;
  readonly kind: string;
}

/** `stated`: the span as a policy would store it that does not drop it, which says what was recognized in it. */
export function whyDropped(policy: CompiledPolicy, sent: Span, owner: Owner, stated: Span | null): WhyDropped {
  for (const place of placesOf(sent)) {
    const at = statedPlace(place);
    const type = valueAt(sent, place)?.type;
    const rule = setFor(policy, owner, at.place).whole(at.key, type ?? 'string');
    if (drops(rule)) return { rule: rule.id, at, kind: WHOLE_VALUE };
  }
  for (const { place, kind } of stated?.minimized ?? []) {
    const at = statedPlace(place);
    if (at.inKey) continue;
    const rule = setFor(policy, owner, at.place).part(kind as never, at.key, at.key, valueAt(sent, place)?.type ?? 'string');
    if (drops(rule)) return { rule: rule.id, at, kind };
  }
  const rule = decidingRules(policy.document).find((one) => drops(one) && one.recognized !== undefined);
  return { rule: rule?.id ?? null, at: { place: 'span', key: '', inKey: false }, kind: rule?.recognized?.length === 1 ? rule.recognized[0]! : 'any' };
}

function drops(rule: Rule | null): rule is Rule {
  return rule?.action === 'drop-span';
}

function setFor(policy: CompiledPolicy, { tenant, service, environment, spanKind }: Owner, place: Place): ReturnType<CompiledPolicy['sets']['for']> {
  const shared = place === 'resource' || place.startsWith('scope') || place === 'schema-url';
  return policy.sets.for({ tenant, service, environment, spanKind: shared ? null : spanKind === 0 ? 'internal' : (SPAN_KINDS[spanKind] ?? 'unspecified'), place });
}

function* placesOf(span: Span): Generator<string> {
  yield* ['name', 'status.message', 'trace_state'];
  for (const { key } of span.attributes) yield `attributes.${key}`;
  for (const [at, event] of span.events.entries()) {
    yield `events.${at}.name`;
    for (const { key } of event.attributes) yield `events.${at}.${key}`;
  }
  for (const [at, link] of span.links.entries()) for (const { key } of link.attributes) yield `links.${at}.${key}`;
  yield* ['scope.name', 'scope.version'];
  for (const { key } of groupAttributes(span.resource)) yield `resource.${key}`;
  for (const { key } of groupAttributes(span.scope)) yield `scope.${key}`;
}
