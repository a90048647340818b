/** Numbers to the lower end of their bucket, below zero too: -3 in buckets of ten becomes -10. Integers stay exact. */

const INTEGER = /^-?\d{1,38}$/;
const DECIMAL = /^-?\d{1,38}(?:\.\d{1,38})?(?:[eE][+-]?\d{1,3})?$/;

/** Null if the text is no number. */
export function bucketOf(size: number, text: string): string | null {
  if (INTEGER.test(text) && Number.isSafeInteger(size)) {
    const value = BigInt(text);
    const bucket = BigInt(size);
    const rest = value % bucket;
    return String(value - (rest < 0n ? rest + bucket : rest));
  }
  if (!DECIMAL.test(text)) return null;
  const lower = Math.floor(Number(text) / size) * size;
  // Multiples of what has no exact double end in digits that say nothing: 0.30000000000000004.
  return Number.isFinite(lower) ? String(Number(lower.toPrecision(15))) : null;
}
