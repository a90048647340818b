/**
 * Percentiles from buckets of durations, by nearest rank: the smallest duration that at least so large a share of the spans does not exceed. Wrong by
 * `DURATION_ERROR_MAX` of itself at most.
 */
import { durationOf } from '#clickhouse/durations';

/** Nanoseconds. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export const NO_PERCENTILES: Percentiles = { p50: null, p95: null, p99: null };

/** Spans by bucket. */
export class Durations {
  readonly #counts = new Float64Array(256);
  #longest = 0;
  count = 0;

  add(buckets: readonly number[], counts: readonly number[], longest: number): void {
    for (const [at, bucket] of buckets.entries()) {
      const spans = counts[at] ?? 0;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + spans;
      this.count += spans;
    }
    this.#longest = Math.max(this.#longest, longest);
  }

  percentiles(): Percentiles {
    return this.count === 0 ? NO_PERCENTILES : { p50: this.#at(0.5), p95: this.#at(0.95), p99: this.#at(0.99) };
  }

  #at(share: number): number {
    const rank = Math.max(1, Math.ceil(this.count * share));
    let passed = 0;
    let bucket = 0;
    for (; bucket < 255; bucket += 1) {
      passed += this.#counts[bucket] ?? 0;
      if (passed >= rank) break;
    }
    // The last bucket has no upper end, and no duration exceeds the longest.
    return bucket === 255 ? this.#longest : Math.min(durationOf(bucket), this.#longest);
  }
}
