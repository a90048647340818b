/** Attempts to sign in that failed, summed until the log has them: a flood of them is about an entry a second and tenant, whatever it tries. */
import type { FailedAttempt } from '#authenticate/sign-in';
import { LIMITS } from '#limits';
import type { LogBody, TenantId } from '#model';

import { bodyOf } from './body.ts';

export class FailedAttempts {
  readonly #tenants = new Map<TenantId | null, TenantsAttempts>();

  /** When the oldest came, in milliseconds since 1970; null if there is none. */
  get oldest(): number | null {
    const [first] = this.#tenants.values();
    return first?.first ?? null;
  }

  add(attempt: FailedAttempt, now: number): void {
    const tenant = attempt.account?.tenant ?? null;
    const attempts = this.#tenants.get(tenant) ?? new TenantsAttempts(now);
    this.#tenants.set(tenant, attempts);
    attempts.add(attempt, now);
  }

  /** All of them: a body for each tenant in whose accounts' names somebody tried, and one for names that nobody has. What comes from here on begins anew. */
  take(now: number): readonly LogBody[] {
    const bodies = [...this.#tenants].map(([tenant, attempts]) => attempts.body(tenant, now));
    this.#tenants.clear();
    return bodies;
  }
}

class TenantsAttempts {
  readonly #counted = new Map<string, FailedAttempt & { count: number }>();
  readonly first: number;
  #last: number;
  #all = 0;
  #others = 0;

  constructor(first: number) {
    this.first = this.#last = first;
  }

  add(attempt: FailedAttempt, now: number): void {
    const { account, how, early, network } = attempt;
    this.#last = now;
    this.#all += 1;
    const key = JSON.stringify([account?.id, how, early, network]);
    const equal = this.#counted.get(key);
    if (equal !== undefined) equal.count += 1;
    else if (this.#counted.size < LIMITS.record_attempts_max) this.#counted.set(key, { ...attempt, count: 1 });
    else this.#others += 1;
  }

  body(tenant: TenantId | null, now: number): LogBody {
    const attempts = [...this.#counted.values()].map(({ account, how, network, early, count }) => ({ person: account?.id ?? null, ...(account !== null && { name: account.name }), how, network, early, count }));
    return bodyOf('sign-in', now, { time: this.first, until: this.#last, what: 'failed', tenant, attempts: this.#all }, { attempts, others: this.#others });
  }
}
