/** What happened in the last minutes, for those who look at the server now: how long things took, and how many spans came in a second. */

/** Times of one kind of work. */
export interface RecentTimes {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  /** How often it was done within the window. */
  readonly count: number;
  /** Milliseconds since 1970; null when it was never done. */
  readonly lastAt: number | null;
}

const WINDOW_MS = 300_000;
/** The newest of a busy window stand for all of it. */
const SAMPLES_MAX = 2_048;

export class RecentDurations {
  readonly #at_ms = new Float64Array(SAMPLES_MAX);
  readonly #took_ms = new Float64Array(SAMPLES_MAX);
  readonly #now_ms: () => number;
  #next = 0;
  #last_ms: number | null = null;

  constructor(now_ms: () => number = Date.now) {
    this.#now_ms = now_ms;
  }

  add(took_ms: number): void {
    this.#last_ms = this.#now_ms();
    this.#at_ms[this.#next % SAMPLES_MAX] = this.#last_ms;
    this.#took_ms[this.#next % SAMPLES_MAX] = took_ms;
    this.#next += 1;
  }

  times(): RecentTimes {
    const since_ms = this.#now_ms() - WINDOW_MS;
    const size = Math.min(this.#next, SAMPLES_MAX);
    const sorted = this.#took_ms.subarray(0, size).filter((_, at) => (this.#at_ms[at] ?? 0) >= since_ms).sort();
    // The nearest rank: a value that really occurred.
    const rank = (share: number): number | null => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
    return { p50_ms: rank(0.5), p95_ms: rank(0.95), p99_ms: rank(0.99), count: sorted.length, lastAt: this.#last_ms };
  }
}

const RATE_SECONDS = 30;

/** Counts per second of the last half minute. */
export class RecentRate {
  readonly #counts = new Float64Array(RATE_SECONDS);
  readonly #now_ms: () => number;
  #second = 0;

  constructor(now_ms: () => number = Date.now) {
    this.#now_ms = now_ms;
  }

  add(count: number): void {
    const second = this.#forget();
    this.#counts[second % RATE_SECONDS] = (this.#counts[second % RATE_SECONDS] ?? 0) + count;
  }

  /** Of the seconds that are over. */
  perSecond(): number {
    const second = this.#forget();
    const total = this.#counts.reduce((sum, count) => sum + count, 0) - (this.#counts[second % RATE_SECONDS] ?? 0);
    return total / (RATE_SECONDS - 1);
  }

  /** Seconds that went by without a count are zero. */
  #forget(): number {
    const second = Math.floor(this.#now_ms() / 1_000);
    for (let at = Math.max(this.#second + 1, second - RATE_SECONDS + 1); at <= second; at += 1) this.#counts[at % RATE_SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
    return second;
  }
}
