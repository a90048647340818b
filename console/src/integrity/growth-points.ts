/** The size of the log over time, from how many entries each hour brought. */
import type { Growth } from '#api/log.ts';

export interface GrowthPoints {
  /** Milliseconds since 1970. */
  readonly instants: readonly number[];
  readonly sizes: readonly number[];
}

const HOUR_MS = 3_600_000;
/** A week of hours, and then some. */
const HOURS_MAX = 400;

/** A point an hour, from before the first entries of the period to now. */
export function growthPoints(growth: readonly Growth[], size: number, now_ms: number): GrowthPoints {
  const byHour = new Map<number, number>();
  for (const { hour, entries } of growth) {
    const at = Date.parse(hour);
    if (Number.isFinite(at) && at <= now_ms) byHour.set(at, (byHour.get(at) ?? 0) + entries);
  }
  const first = Math.max(Math.min(now_ms, ...byHour.keys()), now_ms - HOURS_MAX * HOUR_MS);
  // What is in the log and not in its table yet belongs to now.
  let sum = Math.max(0, size - [...byHour.values()].reduce((total, entries) => total + entries, 0));
  const instants = [first];
  const sizes = [sum];
  for (let hour = first; hour + HOUR_MS <= now_ms; hour += HOUR_MS) {
    sum += byHour.get(hour) ?? 0;
    instants.push(hour + HOUR_MS);
    sizes.push(sum);
  }
  if (instants.at(-1) !== now_ms) {
    instants.push(now_ms);
    sizes.push(size);
  }
  return { instants, sizes };
}
