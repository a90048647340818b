/**
 * Which rule removed what a trace says was removed: from the policy of the block in which a span lies, and where and what was found. Of blocks whose
 * policy nobody can read any more there is nothing to say.
 */
import type { Run } from '#query/answering';
import type { KnownPolicies } from '#query/known-policies';
import type { Attribute, Minimized, Span } from '#query/span';
import { type Decision, type Found, pastDecision, type StatedPlace, statedPlace, type ValueType } from '#policy';
import { NEUTRALIZED } from '#model';

/** What was replaced of one kind, somewhere in a trace. */
export interface FoundOften {
  readonly blocks: readonly number[];
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly spanKinds: readonly number[];
  readonly places: readonly string[];
}

export type Acted = Minimized & Partial<Decision>;

/** The rules of a kind, each once. Harmful characters are made visible by no rule. */
export async function rulesOfKinds(kinds: readonly (FoundOften & { readonly kind: string })[], tenant: string, policies: KnownPolicies, run: Run): Promise<readonly (readonly Decision[])[]> {
  const rules = await policies.rulesOf(kinds.flatMap(({ blocks }) => blocks), run);
  return kinds.map(({ kind, blocks, services, environments, spanKinds, places }) => {
    const decisions = new Map<string, Decision>();
    if (kind === NEUTRALIZED) return [];
    for (const [at, place] of places.entries()) {
      const sets = rules.get(blocks[at] ?? 0);
      if (sets === undefined) continue;
      const decision = pastDecision(sets, { tenant, service: services[at] ?? '', environment: environments[at] ?? '', spanKind: spanKinds[at] ?? 0, at: statedPlace(place), kind });
      decisions.set(`${decision.rule ?? ''} ${decision.action}`, decision);
    }
    return [...decisions.values()];
  });
}

/** What was done in one span, each with the rule that did it. */
export async function actedOn(span: Span, block: number, tenant: string, policies: KnownPolicies, run: Run): Promise<readonly Acted[]> {
  const sets = span.minimized.length === 0 ? undefined : (await policies.rulesOf([block], run)).get(block);
  if (sets === undefined) return span.minimized;
  const environment = environmentOf(span.resource);
  return span.minimized.map((one) => {
    if (one.kind === NEUTRALIZED) return one;
    const at = statedPlace(one.place);
    const type = typeOf(span, at);
    const found: Found = { tenant, service: span.service, environment, spanKind: span.kind, at, kind: one.kind, ...(type === undefined ? {} : { type }) };
    return { ...one, ...pastDecision(sets, found) };
  });
}

/** Of a resource as stored. */
function environmentOf(resource: string): string {
  const attributes = listOf(parsed(resource), 'attributes');
  const valueOf = (key: string): string | undefined => {
    const value = attributes.find((one) => field(one, 'key') === key);
    const text = field(field(value, 'value'), 'stringValue');
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  return valueOf('deployment.environment.name') ?? valueOf('deployment.environment') ?? '';
}

const TYPES: Readonly<Record<string, ValueType>> = { a: 'array', m: 'map' };

/** Where it is certain: lists and maps stay what they are, other values may have become texts. */
function typeOf({ attributes }: { readonly attributes: readonly Attribute[] }, { place, key }: StatedPlace): ValueType | undefined {
  return place === 'span' ? TYPES[attributes.find((one) => one.key === key)?.type ?? ''] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}
