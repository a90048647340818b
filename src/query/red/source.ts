/**
 * Where the statements of this folder read: figures that are rolled, and the spans of blocks that are not, as one table. Conditions on time and names
 * are the same for both and stand in the fragments; what a caller sent is bound.
 */
import { readFileSync } from 'node:fs';
import { blocksSql } from '#clickhouse/block-ranges';
import { bucketSql } from '#clickhouse/durations';
import { CALLS_ONE_IN } from '#clickhouse/schema';
import { environmentSql, statedSql } from '#clickhouse/stated';
import { LIMITS } from '#limits';
import type { Answering } from '#query/answering';
import { complete } from '#query/statements';
import { refuse, type Refusal } from '#refusal';

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

const COUNTS = read('counts');
const DURATIONS = complete(read('durations'), { bucket: bucketSql('duration') });
const MINIMIZED = complete(read('minimized-values'), { stated: statedSql('stated_place'), environment: environmentSql('resource') });
const CALLS = complete(read('calls'), { one_in: String(CALLS_ONE_IN) });
const CALLS_EXACT = read('calls-exact');

export type FiguresState = Answering['store']['figures'];

/** Nanoseconds since 1970; without them the last hour. */
export interface AskedPeriod {
  readonly start?: bigint;
  readonly end?: bigint;
}

/** Minutes since 1970, both included. */
export interface Minutes {
  readonly first: number;
  readonly last: number;
}

export const MINUTE_NS = 60_000_000_000n;

/** Figures of the same spans: by service, which are few rows, or by operation of a service. */
export type Level = 'services' | 'operations';

/** `conditions` is over these columns and holds for both. `minute, service, operation, kind, entry, rest, count, errors`, a row for figures or a span. */
export function countsSource(state: FiguresState, level: Level, conditions = '1'): string {
  return complete(COUNTS, { level: `'${level}'`, conditions, blocks: blocksSql(state.blocks) });
}

/** The same with `bucket`, `n` spans in it and `longest`; `errors` stands in one row of its figures only. */
export function durationsSource(state: FiguresState, level: Level, conditions = '1'): string {
  return complete(DURATIONS, { level: `'${level}'`, conditions, blocks: blocksSql(state.blocks) });
}

/** `minute, service, place, span_kind, environment, rest, value_kind, count`; `place` as figures keep it (`#clickhouse/stated`). `conditions` is over tenant and service. */
export function minimizedSource(state: FiguresState, conditions = '1'): string {
  return complete(MINIMIZED, { conditions, blocks: blocksSql(state.blocks) });
}

/** `trace, span_id, parent_span_id, service, start, duration, error` of all spans, or of the sample that is kept of them. */
export function callsSource(state: FiguresState, sampled: boolean): string {
  return sampled ? complete(CALLS, { blocks: blocksSql(state.blocks) }) : CALLS_EXACT;
}

/** What every source binds besides the tenant. */
export function sourceParams(state: FiguresState, minutes: Minutes, day_min: string): { roll: number; day_min: string; minute_first: number; minute_last: number; start: bigint; end: bigint } {
  return { roll: state.roll, day_min, minute_first: minutes.first, minute_last: minutes.last, start: BigInt(minutes.first) * MINUTE_NS, end: BigInt(minutes.last + 1) * MINUTE_NS - 1n };
}

/** The minutes that a range touches. */
export function minutesOf(start: bigint, end: bigint): Minutes {
  const first = Number(start / MINUTE_NS);
  return { first, last: Math.max(first, Number((end - 1n) / MINUTE_NS)) };
}

const MINUTES_MAX = LIMITS.search_range_ms_max / 60_000;
const HOUR_NS = 3_600_000_000_000n;

/** The period in nanoseconds, or why not. */
export function boundPeriod({ start: from, end: to }: AskedPeriod, now_ms: number): { readonly start: bigint; readonly end: bigint } | Refusal {
  const end = to ?? BigInt(now_ms) * 1_000_000n;
  const start = from ?? (end > HOUR_NS ? end - HOUR_NS : 0n);
  if (start >= end) return refuse('query_invalid', 'start does not lie before end');
  const { first, last } = minutesOf(start, end);
  if (last - first > MINUTES_MAX) return refuse('query_invalid', 'the range from start to end is longer than 31 days');
  return { start, end };
}

/** Minutes of the steps that people count time in. */
const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1_440] as const;

/** The smallest such step that is not below. */
export function stepOf(minutes: number): number {
  return STEPS.find((step) => step >= minutes) ?? Math.ceil(minutes / 1_440) * 1_440;
}
