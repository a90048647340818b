/**
 * Durations in buckets that grow by a constant factor, so that a percentile read from them is wrong by a bounded share of itself, whatever the
 * scale (the idea of DDSketch). Bucket b holds durations up to `FIRST_NS` · 2^(b/8) that bucket b − 1 does not hold.
 */

/** Shorter durations fall into bucket 0. */
const FIRST_NS = 1_000;
const PER_OCTAVE = 8;
/** Longer durations than about 65 minutes. */
const LAST = 255;
const GROWTH = 2 ** (1 / PER_OCTAVE);

/** Between a microsecond and an hour, the largest error of a percentile as a share of the exact one (nearest rank). */
export const DURATION_ERROR_MAX = (GROWTH - 1) / (GROWTH + 1);

/** The bucket of a column of durations, in nanoseconds, as SQL. */
export function bucketSql(duration: string): string {
  return `toUInt8(if(${duration} <= ${FIRST_NS}, 0, least(${LAST}, ceil(log2(${duration} / ${FIRST_NS}) * ${PER_OCTAVE}))))`;
}

/** What stands for all durations of a bucket: as far from its upper as from its lower end, in shares. */
export function durationOf(bucket: number): number {
  return Math.round((FIRST_NS * GROWTH ** bucket * 2) / (GROWTH + 1));
}
