/**
 * What somebody asked for, as a record of it may keep it: each value goes through the pipeline as an attribute of a span would, under the policy in force.
 * What the policy removes is gone here too; whatever is not sure to have passed it makes the whole text empty.
 */
import { LIMITS } from '#limits';
import type { Secret, TenantId } from '#model';
import type { CompiledPolicy } from '#policy';
import { isRefusal } from '#refusal';
import { StoredForms } from './stored-form.ts';

/** A name, under which policies know the value, and the value. */
export type FilterValue = readonly [key: string, value: string];

export class FilterTexts {
  readonly #policy: () => CompiledPolicy;
  readonly #pseudonymKey: Secret<Uint8Array> | null;
  /** Of the policy that was in force last; making one costs more than using it. */
  #forms: { readonly policy: CompiledPolicy; readonly ofTenant: Map<TenantId, StoredForms> } | null = null;

  constructor(policy: () => CompiledPolicy, pseudonymKey: Secret<Uint8Array> | null) {
    this.#policy = policy;
    this.#pseudonymKey = pseudonymKey;
  }

  /** The values in their order, minimized; null for one that the policy removes. Null altogether if it is not sure what is left of them, or they are too many. */
  minimize(tenant: TenantId, values: readonly FilterValue[]): readonly (FilterValue | null)[] | null {
    if (values.length === 0) return [];
    if (values.length > LIMITS.record_filter_values_max || values.reduce((sum, [key, value]) => sum + key.length + value.length, 0) > LIMITS.record_filter_characters_max) return null;
    const forms = this.#formsOf(tenant);
    forms.take(Buffer.from(requestOf(values)), 'json');
    const [form] = forms.answers();
    if (form === undefined || isRefusal(form) || form.spans.length !== values.length) return null;
    const minimized: (FilterValue | null)[] = values.map(() => null);
    for (const { spanId, attributes } of form.spans) {
      const [only, ...more] = attributes;
      if (more.length > 0) return null;
      if (only !== undefined) minimized[Number.parseInt(spanId, 16) - 1] = [only.key, only.text];
    }
    return minimized;
  }

  #formsOf(tenant: TenantId): StoredForms {
    const policy = this.#policy();
    if (this.#forms?.policy !== policy) this.#forms = { policy, ofTenant: new Map() };
    const { ofTenant } = this.#forms;
    const known = ofTenant.get(tenant);
    if (known !== undefined) return known;
    // Each is some megabytes; the one that was made first goes.
    for (const first of ofTenant.keys()) if (ofTenant.size >= TENANTS_MAX) ofTenant.delete(first);
    const made = new StoredForms(policy, { tenant, services: ['*'] }, this.#pseudonymKey);
    ofTenant.set(tenant, made);
    return made;
  }
}

/** A span for each, so that what becomes of one is told from what becomes of another. */
function requestOf(values: readonly FilterValue[]): string {
  const spans = values.map(([key, stringValue], at) => ({
    traceId: TRACE_ID, spanId: (at + 1).toString(16).padStart(16, '0'), name: 'query', kind: 1, startTimeUnixNano: '1', endTimeUnixNano: '2', attributes: [{ key, value: { stringValue } }],
  }));
  // Rules for a service hold for what is asked of it.
  const service = values.find(([key]) => key === 'service.name')?.[1] ?? 'tracekeep';
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ spans }] }] });
}

const TENANTS_MAX = 8;
const TRACE_ID = '00000000000000000000000000000001';
