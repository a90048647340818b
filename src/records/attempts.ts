/** Attempts to sign in that failed, summed until they are written: a flood of them is one entry a second, whatever it tries. */
import type { FailedAttempt } from '#authenticate/sign-in';
import { LIMITS } from '#limits';
import type { LogBody } from '#model';

import { bodyOf } from './body.ts';

export class FailedAttempts {
  #counted = new Map<string, FailedAttempt & { count: number }>();
  #all = 0;
  #others = 0;
  #first = 0;
  #last = 0;

  get size(): number {
    return this.#all;
  }

  add(attempt: FailedAttempt, now: number): void {
    const { account, how, early, network } = attempt;
    if (this.#all === 0) this.#first = now;
    this.#last = now;
    this.#all += 1;
    const key = JSON.stringify([account?.id, how, early, network]);
    const equal = this.#counted.get(key);
    if (equal !== undefined) equal.count += 1;
    else if (this.#counted.size < LIMITS.record_attempts_max) this.#counted.set(key, { ...attempt, count: 1 });
    else this.#others += 1;
  }

  /** All of them as one body; what comes from here on begins anew. */
  take(now: number): readonly LogBody[] {
    if (this.#all === 0) return [];
    const attempts = [...this.#counted.values()].map(({ account, how, network, early, count }) => ({ tenant: account?.tenant ?? null, person: account?.id ?? null, how, network, early, count }));
    const body = bodyOf('sign-in', now, { time: this.#first, until: this.#last, what: 'failed', attempts: this.#all }, { attempts, others: this.#others });
    this.#counted = new Map();
    this.#all = this.#others = 0;
    return [body];
  }
}
