/**
 * Spans as points of duration over time, thinned to what a screen can show: the same share everywhere, but more of what failed and all of the
 * slowest. How many there are and what is slow is learnt first from a share of the spans.
 */
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import type { Filters } from '#query/condition';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { narrowed } from './narrow.ts';
import { rangeParams, shareOf } from './sample.ts';
import { STATEMENTS } from './statements.ts';

export interface Points {
  readonly start: string;
  readonly end: string;
  /** Spans that fulfil the filters; estimated when `oneIn` is not 1. */
  readonly total: number;
  /** One in so many ordinary spans is a point. */
  readonly oneIn: number;
  readonly traceIds: readonly string[];
  readonly services: readonly string[];
  readonly points: {
    /** Places in `traceIds` and `services`. */
    readonly trace: readonly number[];
    readonly service: readonly number[];
    /** Nanoseconds. */
    readonly startOffset: readonly number[];
    readonly duration: readonly number[];
    readonly error: readonly (0 | 1)[];
  };
}

interface SpreadRow {
  readonly spanCount: string;
  readonly errorCount: string;
  /** That 10 %, 1 %, 0.1 %, 0.01 % and 0.001 % exceed. */
  readonly durations: readonly string[];
}

interface PointRow {
  readonly traceId: string;
  readonly serviceName: string;
  readonly startOffset: string;
  readonly durationNano: string;
  readonly failed: 0 | 1;
}

/** Spans of which the spread is learnt; only small columns of them are read unless there are filters on attributes. */
const SPREAD_SPANS = 1_000_000;
const EXCEEDED_BY = [0.1, 0.01, 0.001, 0.0001, 0.00001] as const;
const NEVER = (1n << 63n) - 1n;

export async function drawPoints(filters: Filters, range: Range, limit: number, run: Run, rows_max: number = LIMITS.filtered_spans_max): Promise<Points> {
  const { narrow, conditions, params: filterParams, byAttributes, within } = await narrowed(filters, range, run);
  const share = await shareOf(range, byAttributes ? rows_max : SPREAD_SPANS, run, within);
  const spreadSql = complete(STATEMENTS.spread, { narrow, conditions });
  const [spread] = await run<SpreadRow>(spreadSql, { ...filterParams, ...rangeParams(range), one_in: share }, 1);
  const looked = byAttributes ? share : 1;
  const total = Number(spread?.spanCount ?? 0) * share;
  const thinning = thinningOf(spread, share / looked, limit);
  const sql = complete(STATEMENTS.points, { narrow, conditions });
  const params = { ...filterParams, ...rangeParams(range), one_in: looked, limit, thin: thinning.ordinary, thin_errors: thinning.errors, slow: thinning.slow };
  const rows = await run<PointRow>(sql, params, limit);
  return { start: range.start.toString(), end: range.end.toString(), total: share === 1 && thinning.ordinary === 1 ? rows.length : total, oneIn: thinning.ordinary * looked, ...columnsOf(rows) };
}

/** Seven tenths of the points for ordinary spans, two for errors, one for the slowest. */
function thinningOf(spread: SpreadRow | undefined, scale: number, limit: number): { ordinary: number; errors: number; slow: bigint } {
  const count = Number(spread?.spanCount ?? 0) * scale;
  const errors = Number(spread?.errorCount ?? 0) * scale;
  if (count <= limit) return { ordinary: 1, errors: 1, slow: NEVER };
  const level = EXCEEDED_BY.findIndex((share) => count * share <= limit * 0.1);
  return { ordinary: Math.ceil(count / (limit * 0.7)), errors: Math.max(1, Math.ceil(errors / (limit * 0.2))), slow: level === -1 ? NEVER : BigInt(spread?.durations[level] ?? NEVER) };
}

function columnsOf(rows: readonly PointRow[]): Pick<Points, 'traceIds' | 'services' | 'points'> {
  const traces = new Map<string, number>();
  const services = new Map<string, number>();
  const placeIn = (names: Map<string, number>, name: string): number => {
    const place = names.get(name) ?? names.size;
    names.set(name, place);
    return place;
  };
  const points = {
    trace: rows.map(({ traceId }) => placeIn(traces, traceId)),
    service: rows.map(({ serviceName }) => placeIn(services, serviceName)),
    startOffset: rows.map(({ startOffset }) => Number(startOffset)),
    duration: rows.map(({ durationNano }) => Number(durationNano)),
    error: rows.map(({ failed }) => failed),
  };
  return { traceIds: [...traces.keys()], services: [...services.keys()], points };
}
