/**
 * What a policy says about what stands where in a span: its decisions, remembered, since traffic asks the same again and again. They are the ones that
 * `minimize` goes by; nothing is decided here.
 */
import { type ActionName, type CompiledPolicy, type Decision, pastDecision, presentDecision, SEALED, type StatedPlace, type ValueType, WHOLE_VALUE } from '#policy';
import type { Span } from '#query/span';

/** Whose values they are: what a rule's `for` is asked about. */
export interface Owner {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  readonly spanKind: number;
}

/** After these no part of the value is judged. */
export const ENDS: ReadonlySet<ActionName> = new Set<ActionName>(['drop', 'drop-span', 'replace', 'mask', 'pseudonymize', 'seal']);

/** Credentials and cards are replaced in what is sealed, which is no rule's doing. */
const REPLACED_IN_SEAL: Decision = { rule: null, action: 'replace' };

const REMEMBERED_MAX = 65_536;
const ENVIRONMENT_KEYS: readonly string[] = ['deployment.environment.name', 'deployment.environment'];

export class Judge {
  readonly policy: CompiledPolicy;
  readonly #remembered = new Map<string, Decision>();

  constructor(policy: CompiledPolicy) {
    this.policy = policy;
  }

  /** What was done where it says that something of this kind was changed. */
  did(owner: Owner, at: StatedPlace, kind: string, type: ValueType | undefined): Decision {
    return this.#decide('did', owner, at, kind, type);
  }

  /** The same of a part, where this was done to the whole value. */
  didWithin(whole: Decision | null, owner: Owner, at: StatedPlace, kind: string, type: ValueType | undefined): Decision {
    return whole?.action === 'seal' && kind !== SEALED ? REPLACED_IN_SEAL : this.did(owner, at, kind, type);
  }

  /** What would be done about it. */
  would(owner: Owner, at: StatedPlace, kind: string, type: ValueType | undefined): Decision {
    return this.#decide('would', owner, at, kind, type);
  }

  #decide(question: 'did' | 'would', owner: Owner, at: StatedPlace, kind: string, type: ValueType | undefined): Decision {
    const name = JSON.stringify([question, owner.service, owner.environment, owner.spanKind, at.place, at.key, kind, type]);
    let decision = this.#remembered.get(name);
    if (decision === undefined) {
      const found = { ...owner, at, kind, ...(type !== undefined && { type }) };
      decision = question === 'did' ? pastDecision(this.policy.sets, found) : presentDecision(this.policy.sets, found);
      if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
      this.#remembered.set(name, decision);
    }
    return decision;
  }
}

/** The kind under which a whole value was acted on, if it was. */
export function wholeKindIn(kinds: ReadonlyMap<string, unknown>): string | null {
  return kinds.has(WHOLE_VALUE) ? WHOLE_VALUE : kinds.has(SEALED) ? SEALED : null;
}

/** Of a span as it was sent. */
export function ownerOf({ service, resource, kind }: Span, tenant: string): Owner {
  return { tenant, service, environment: environmentOf(resource), spanKind: kind };
}

function environmentOf(resource: string): string {
  const attributes = groupAttributes(resource);
  for (const key of ENVIRONMENT_KEYS) {
    const value = attributes.find((attribute) => attribute.key === key)?.value['stringValue'];
    if (typeof value === 'string') return value;
  }
  return '';
}

/** Attributes of a resource or scope as stored. */
export function groupAttributes(text: string): readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[] {
  const { attributes } = JSON.parse(text) as { attributes?: { key: string; value: Record<string, unknown> }[] };
  return attributes ?? [];
}
