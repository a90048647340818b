/** Percentiles of measured times, and medians of repeated runs. */

export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles by the nearest rank. */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The lower of the two middle ones where their number is even: always a value that was measured. */
export function medianOf(values: readonly number[]): number {
  return summaryOf(values).p50;
}
