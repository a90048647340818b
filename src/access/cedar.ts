/**
 * The Cedar engine: WebAssembly, loaded when somebody first asks. Policies are parsed once per set and then decided by. Everything that goes in is
 * JSON, so no name can become part of a policy's text.
 *
 * A program that traps leaves its memory in an unknown state: that instance is thrown away, and whatever made it trap is never decided by again.
 */
import { createRequire } from 'node:module';
import type * as Wasm from '@cedar-policy/cedar-wasm/nodejs';

export type { CedarValueJson, Clause, DetailedError, EntityJson, EntityUidJson, Expr, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';

export interface Question {
  readonly principal: Wasm.TypeAndId;
  readonly action: Wasm.TypeAndId;
  readonly resource: Wasm.TypeAndId;
  /** Principal, action and resource with their attributes and parents. */
  readonly entities: Wasm.EntityJson[];
}

export interface Decided {
  readonly allowed: boolean;
  /** Ids of the policies that made it so. None for what nothing permits. */
  readonly because: readonly string[];
  /** Ids of policies that could not be evaluated: Cedar skips them, a `forbid` too, so that nothing is allowed where there is one. */
  readonly failed: readonly string[];
}

/** Policies by id, as text or JSON. */
export type PolicyTexts = Readonly<Record<string, Wasm.Policy>>;

/** Nothing permits it. */
export const NOBODY: Decided = { allowed: false, because: [], failed: [] };

export class Cedar {
  #wasm: typeof Wasm | null = null;
  /** Which sets the instance knows, by the object that they were prepared from. */
  readonly #prepared = new Map<string, PolicyTexts>();
  readonly #broken = new WeakSet<PolicyTexts>();

  /**
   * Denied whenever something is not as it should be. `name`: under which the engine keeps the set; it keeps as many as there are names, and the latest under each.
   */
  decide(name: string, policies: PolicyTexts, { principal, action, resource, entities }: Question): Decided {
    if (this.#broken.has(policies)) return NOBODY;
    const answer = this.#run(policies, (wasm) => {
      if (this.#prepared.get(name) !== policies) {
        this.#prepared.delete(name);
        if (wasm.preparsePolicySet(name, { staticPolicies: { ...policies } }).type !== 'success') return null;
        this.#prepared.set(name, policies);
      }
      return wasm.statefulIsAuthorized({ principal, action, resource, context: {}, preparsedPolicySetId: name, entities });
    });
    if (answer === null || answer.type !== 'success') return NOBODY;
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    return { allowed: decision === 'allow' && failed.length === 0 && answer.warnings.length === 0, because: diagnostics.reason, failed };
  }

  /** Whether it can decide by them. */
  takes(policies: PolicyTexts): boolean {
    return this.#run(null, (wasm) => wasm.checkParsePolicySet({ staticPolicies: { ...policies } }))?.type === 'success';
  }

  /** Why it is no policy; without a reason where the engine could not say. */
  read(policy: string): { readonly json: Wasm.PolicyJson } | { readonly errors: readonly Wasm.DetailedError[] } {
    const answer = this.#run(null, (wasm) => wasm.policyToJson(policy));
    if (answer === null) return { errors: [] };
    return answer.type === 'success' ? { json: answer.json } : { errors: answer.errors };
  }

  /** What of policies that parse does not fit the schema, strictly; null if the engine could not say. */
  validate(schema: string, policies: PolicyTexts): Pick<Wasm.ValidationAnswer & { type: 'success' }, 'validationErrors' | 'validationWarnings'> | null {
    const answer = this.#run(null, (wasm) => wasm.validate({ validationSettings: { mode: 'strict' }, schema, policies: { staticPolicies: { ...policies } } }));
    return answer?.type === 'success' ? answer : null;
  }

  schemaToJson(schema: string): Wasm.SchemaJson<string> {
    const answer = this.#run(null, (wasm) => wasm.schemaToJson(schema));
    if (answer?.type !== 'success') throw new Error('cannot read the Cedar schema');
    return answer.json;
  }

  #run<Answer>(policies: PolicyTexts | null, ask: (wasm: typeof Wasm) => Answer): Answer | null {
    const wasm = (this.#wasm ??= instance());
    try {
      return ask(wasm);
    } catch {
      this.#wasm = null;
      this.#prepared.clear();
      if (policies !== null) this.#broken.add(policies);
      return null;
    }
  }
}

/** The one of this thread: an instance takes a tenth of a second. */
export const CEDAR = new Cedar();

/** A new one, with a memory of its own. */
function instance(): typeof Wasm {
  const load = createRequire(import.meta.url);
  const path = load.resolve('@cedar-policy/cedar-wasm/nodejs');
  delete load.cache[path];
  return load(path) as typeof Wasm;
}
