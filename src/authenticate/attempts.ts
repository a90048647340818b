/**
 * How often somebody may try to sign in. After some failures the next attempt has to wait, twice as long each time up to a bound: a
 * guesser gets a few thousand guesses a day, and the owner of the account is never locked out for longer than the bound. An attempt
 * counts from its beginning, so that many at the same moment gain nothing.
 */
import { LIMITS } from '#limits';

interface Failures {
  readonly count: number;
  readonly last: number;
  /** No attempt before this moment. */
  readonly until: number;
}

export interface Allowance {
  /** Failures without a wait. */
  readonly free: number;
  readonly delay_ms_max: number;
}

/** What attempts are counted under: an account, an address, a known browser. */
export interface AttemptKey extends Allowance {
  readonly key: string;
}

const FIRST_DELAY_MS = 1_000;

export class Attempts {
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => number;

  constructor(now_ms: () => number = Date.now) {
    this.#now = now_ms;
  }

  /** Counts an attempt under every key; or, if one of them has to wait, none, and gives the milliseconds to wait. */
  begin(keys: readonly AttemptKey[]): number {
    const now = this.#now();
    const wait = Math.max(...keys.map(({ key }) => (this.#of(key, now)?.until ?? 0) - now));
    if (wait > 0) return wait;
    for (const { key, free, delay_ms_max } of keys) {
      const count = (this.#of(key, now)?.count ?? 0) + 1;
      const delay = count <= free ? 0 : Math.min(delay_ms_max, FIRST_DELAY_MS * 2 ** Math.min(20, count - free - 1));
      this.#set(key, { count, last: now, until: now + delay });
    }
    return 0;
  }

  /** The attempt was right: an account or browser starts afresh… */
  clear({ key }: AttemptKey): void {
    this.#failures.delete(key);
  }

  /** …and of an address only this one attempt is forgotten, lest one good password pay for guessing at others. The wait it began goes on. */
  takeBack({ key }: AttemptKey): void {
    const before = this.#failures.get(key);
    if (before === undefined) return;
    if (before.count <= 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...before, count: before.count - 1 });
  }

  #of(key: string, now: number): Failures | undefined {
    const found = this.#failures.get(key);
    return found === undefined || now - found.last >= LIMITS.attempts_forgotten_ms ? undefined : found;
  }

  /** A map keeps the order of insertion: what was touched longest ago comes first. */
  #set(key: string, failures: Failures): void {
    this.#failures.delete(key);
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size >= LIMITS.attempts_remembered_max) this.#failures.delete(oldest);
    this.#failures.set(key, failures);
  }
}
