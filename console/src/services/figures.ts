/**
 * From counts to what a page says: rates, shares, and how they changed. The newest bucket of a range that reaches to now is not over yet, so it counts by
 * the time it had; one that has just begun says nothing.
 */
import type { Red, RedAnswer, RedGroup } from '#api/figures.ts';
import { millisOf } from '#time/format.ts';

export interface Timeline {
  /** Starts of the buckets, milliseconds since 1970. */
  readonly instants: readonly number[];
  /** How long each has lasted so far, in seconds. */
  readonly lasted_s: readonly number[];
  readonly step_ms: number;
  readonly lasted_all_s: number;
  readonly before_s: number;
}

/** Of a bucket that has lasted less than this a rate would be noise. */
const LASTED_S_MIN = 20;

export function timelineOf({ start, end, stepNano, previous }: Pick<RedAnswer, 'start' | 'end' | 'stepNano' | 'previous'>, now_ms: number): Timeline {
  const from = millisOf(start);
  const to = millisOf(end);
  const step_ms = Number(BigInt(stepNano) / 1_000_000n);
  const over = Math.min(to, Math.max(from + 1_000, now_ms));
  const instants = Array.from({ length: Math.ceil((to - from) / step_ms) }, (_, at) => from + at * step_ms);
  return {
    instants,
    lasted_s: instants.map((at) => Math.max(0, Math.min(at + step_ms, over) - at) / 1_000),
    step_ms,
    lasted_all_s: (over - from) / 1_000,
    before_s: (millisOf(previous.end) - millisOf(previous.start)) / 1_000,
  };
}

export function ratesOf(counts: readonly number[], { lasted_s }: Timeline): (number | null)[] {
  return counts.map((count, at) => {
    const lasted = lasted_s[at] ?? 0;
    return lasted < LASTED_S_MIN ? null : count / lasted;
  });
}

/** The rates of a period, for choosing their unit. */
export function meanRates(groups: readonly RedGroup[], { lasted_all_s }: Timeline): number[] {
  return groups.map(({ count }) => count / lasted_all_s);
}

export function sharesOf(errors: readonly number[], counts: readonly number[]): (number | null)[] {
  return errors.map((failed, at) => {
    const count = counts[at] ?? 0;
    return count === 0 ? null : failed / count;
  });
}

export function errorShare({ count, errors }: Pick<Red, 'count' | 'errors'>): number {
  return count === 0 ? 0 : errors / count;
}

/** `worse` and `better` only where it matters to somebody. */
export interface Change {
  readonly text: string;
  readonly tone: 'worse' | 'better' | 'same' | 'neutral';
  readonly direction: 'up' | 'down' | 'none';
}

const SAME: Change = { text: 'same', tone: 'same', direction: 'none' };
/** Changes smaller than this share are not worth a word. */
const SMALL = 0.02;
/** A percentile is known to some percent: less than this apart, two may be the same. */
const APART = 0.1;

/** Of a rate: neither better nor worse. */
export function rateChange(now: number, before: number | null): Change {
  if (before === null || before === 0) return now === 0 ? SAME : { text: 'new', tone: 'neutral', direction: 'up' };
  return { ...relative(now, before), tone: 'neutral' };
}

/** Of a duration: longer is worse. */
export function durationChange(now: number | null, before: number | null): Change | null {
  if (now === null || before === null || before === 0) return null;
  if (Math.abs(now / before - 1) < APART) return SAME;
  const { text, direction } = relative(now, before);
  return { text, direction, tone: direction === 'up' ? 'worse' : 'better' };
}

/** Of the share of errors, in percentage points. */
export function shareChange(now: number, before: number | null): Change | null {
  if (before === null) return null;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return SAME;
  const text = `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} pt`;
  const matters = Math.abs(points) >= 0.5;
  return { text, direction: points > 0 ? 'up' : 'down', tone: !matters ? 'neutral' : points > 0 ? 'worse' : 'better' };
}

function relative(now: number, before: number): Change {
  const share = now / before - 1;
  if (Math.abs(share) < SMALL) return SAME;
  const direction = share > 0 ? 'up' : 'down';
  const text = share >= 2 ? `${(share + 1).toFixed(share >= 9 ? 0 : 1)}×` : `${share > 0 ? '+' : '−'}${Math.round(Math.abs(share) * 100)} %`;
  return { text, tone: 'neutral', direction };
}

export const SORTS = ['count', 'name', 'errors', 'p50', 'p95', 'p99'] as const;
export type Sort = (typeof SORTS)[number];

/** Largest first, names from A to Z; equals by name. */
export function sorted(groups: readonly RedGroup[], sort: Sort): RedGroup[] {
  const name = (group: RedGroup): string => `${group.service} ${group.operation ?? ''}`;
  const value = (group: RedGroup): number => (sort === 'errors' ? errorShare(group) : sort === 'name' ? 0 : (group[sort] ?? -1));
  return groups.toSorted((left, right) => value(right) - value(left) || name(left).localeCompare(name(right)));
}

/** What a search for the spans of a bucket, a service or an operation stands at in the URL. */
export interface SpansOf {
  readonly service: string;
  readonly operation?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: 'error';
  /** Nanoseconds. */
  readonly durationMin?: number | null;
  readonly from_ms?: number;
  readonly to_ms?: number;
}

/** Query string of the search page; without instants the range of the page goes along. */
export function searchFor({ service, operation, kind, status, durationMin, from_ms, to_ms }: SpansOf, range: { readonly from: string; readonly to?: string | undefined }): Record<string, string> {
  const values: Record<string, string | undefined> = {
    service, operation, kind, status,
    durationMin: durationMin === undefined || durationMin === null ? undefined : `${Math.floor(durationMin)}ns`,
    from: from_ms === undefined ? range.from : new Date(from_ms).toISOString(),
    to: to_ms === undefined ? range.to : new Date(to_ms).toISOString(),
    order: durationMin === undefined || durationMin === null ? undefined : 'longest',
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
}
