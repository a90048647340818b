/** Sums over the history of the account: of one producer or of all, per bucket and in all. */
import type { AccountingHistory, ReasonSeries } from '#api/ingest.ts';

export const OUTCOMES = ['stored', 'refused', 'dropped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Sums {
  /** Starts of the buckets, milliseconds since 1970. */
  readonly instants: readonly number[];
  readonly received: readonly number[];
  readonly stored: readonly number[];
  readonly refused: readonly number[];
  readonly dropped: readonly number[];
  readonly totals: Readonly<Record<'received' | Outcome, number>>;
}

export function sumsOf(history: AccountingHistory, producer?: string): Sums {
  const own = history.producers.filter(({ id }) => producer === undefined || id === producer);
  const start_ms = Number(BigInt(history.start) / 1_000_000n);
  const step_ms = Number(BigInt(history.stepNano) / 1_000_000n);
  const buckets = Math.max(0, ...history.producers.map(({ received }) => received.length));
  const series = (name: 'received' | Outcome): number[] => Array.from({ length: buckets }, (_, at) => own.reduce((sum, one) => sum + (one[name][at] ?? 0), 0));
  const by = { received: series('received'), stored: series('stored'), refused: series('refused'), dropped: series('dropped') };
  return {
    instants: Array.from({ length: buckets }, (_, at) => start_ms + at * step_ms),
    ...by,
    totals: { received: total(by.received), stored: total(by.stored), refused: total(by.refused), dropped: total(by.dropped) },
  };
}

export interface Reason {
  readonly outcome: string;
  readonly reason: string;
  readonly count: number;
  readonly producers: readonly { readonly id: string; readonly count: number }[];
}

/** Reasons for which spans were not stored, over all producers or of one; most frequent first. */
export function reasonsOf(reasons: readonly ReasonSeries[], producer?: string): Reason[] {
  const own = reasons.filter((one) => one.outcome !== 'minimized' && (producer === undefined || one.producer === producer));
  const grouped = Map.groupBy(own, ({ outcome, reason }) => `${outcome} ${reason}`);
  return [...grouped.values()]
    .map((group) => ({
      outcome: group[0]?.outcome ?? '',
      reason: group[0]?.reason ?? '',
      count: group.reduce((sum, { count }) => sum + count, 0),
      producers: group.map(({ producer: id, count }) => ({ id, count })).sort((left, right) => right.count - left.count),
    }))
    .sort((left, right) => right.count - left.count);
}

/** The last moment at which something came, or null: buckets are as fine as it gets. */
export function lastSeen({ instants, received }: Pick<Sums, 'instants' | 'received'>): number | null {
  const at = received.findLastIndex((count) => count > 0);
  return at === -1 ? null : (instants[at] ?? null);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
