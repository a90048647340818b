/** What a pipeline stores under a policy, request by request, read back from the columns of its blocks: without a server. */
import assert from 'node:assert/strict';
import { otlpOf, StoredForms, type StoredForm } from '#dry-run/stored-form';
import { Secret, type TenantId, tenantId } from '#model';
import { compilePolicy, type PolicyDocument, type Rule } from '#policy';
import { isRefusal, refusalText } from '#refusal';

export type Json = Record<string, unknown>;

export const PSEUDONYM_KEY = new Uint8Array(32).fill(9);

export function policyOf(rules: readonly Rule[], more: Omit<PolicyDocument, 'version' | 'rules'> = {}): PolicyDocument {
  return { version: 2, rules, ...more };
}

/** One tenant's pipeline under one policy: requests of several calls meet the same remembered values. */
export class StoredUnder {
  readonly #forms: StoredForms;

  constructor(policy: PolicyDocument, tenant = 'acme') {
    this.#forms = new StoredForms(compilePolicy(policy), { tenant: tenantId(tenant) as TenantId, services: ['*'] }, new Secret(PSEUDONYM_KEY));
  }

  request(resourceSpans: readonly Json[]): StoredForm {
    this.#forms.take(Buffer.from(JSON.stringify({ resourceSpans })), 'json');
    const [answer] = this.#forms.answers();
    assert.ok(answer !== undefined && !isRefusal(answer), isRefusal(answer) ? refusalText(answer) : '');
    return answer;
  }

  async otlp(resourceSpans: readonly Json[]): Promise<{ readonly resourceSpans: readonly Json[] }> {
    return JSON.parse(await otlpOf(this.request(resourceSpans))) as { resourceSpans: Json[] };
  }
}
