/**
 * Rate, errors and durations of services or operations over a period, in steps of whole minutes, and over the period before it: one statement finds
 * the groups with most spans and their buckets of durations, everything else is added up here.
 */
import { readFileSync } from 'node:fs';
import type { Run } from '#query/answering';
import { firstDay } from '#query/candidates';
import { LIMITS } from '#limits';
import { complete } from '#query/statements';
import { Durations, type Percentiles } from './percentiles.ts';
import { countsSource, durationsSource, type FiguresState, MINUTE_NS, minutesOf, sourceParams, stepOf } from './source.ts';

export type By = 'service' | 'operation' | 'total';

export interface RedQuestion {
  readonly by: By;
  readonly service?: string;
  readonly operation?: string;
  /** OTLP span kind, or where services are entered: server and consumer spans, and those without a parent. */
  readonly kind?: number | 'entry';
  /** Nanoseconds since 1970, to the minutes that they touch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly buckets: number;
}

export interface Red extends Percentiles {
  readonly count: number;
  readonly errors: number;
}

export interface RedGroup extends Red {
  readonly service: string;
  readonly operation?: string;
  /** OTLP span kind. */
  readonly kind?: number;
  /** Names beyond the limit of what is kept apart, together. */
  readonly rest: boolean;
  readonly previous: Red | null;
  readonly series: {
    readonly count: readonly number[];
    readonly errors: readonly number[];
    readonly p50: readonly (number | null)[];
    readonly p95: readonly (number | null)[];
    readonly p99: readonly (number | null)[];
  };
}

export interface RedAnswer {
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly previous: { readonly start: bigint; readonly end: bigint };
  readonly more: boolean;
  readonly groups: readonly RedGroup[];
}

const SERIES = readFileSync(new URL('./sql/series.sql', import.meta.url), 'utf8');
const ENTRY = 'entry = 1';
/** What makes a group, and the columns that its rows are named by. */
const KEYS: Readonly<Record<By, { readonly keys: string; readonly names: string }>> = {
  total: { keys: "'' AS service_key, '' AS operation_key, toInt32(0) AS kind_key, toUInt8(0) AS rest_key", names: '1' },
  service: { keys: "toString(service) AS service_key, '' AS operation_key, toInt32(0) AS kind_key, toUInt8(rest = 2) AS rest_key", names: 'service' },
  operation: { keys: 'toString(service) AS service_key, toString(operation) AS operation_key, kind AS kind_key, toUInt8(rest > 0) AS rest_key', names: 'service, operation, kind' },
};

interface SlotRow {
  readonly service_key: string;
  readonly operation_key: string;
  readonly kind_key: number;
  readonly rest_key: number;
  readonly slot: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
  readonly errors: number;
  readonly longest: string;
}

export async function findRed(question: RedQuestion, state: FiguresState, run: Run): Promise<RedAnswer> {
  const { by, service, operation, kind } = question;
  const minutes = minutesOf(question.start, question.end);
  const length = minutes.last - minutes.first + 1;
  const step = stepOf(length / question.buckets);
  const slots = Math.ceil(length / step);
  const before = { first: Math.max(0, minutes.first - length), last: minutes.last };
  const { keys, names } = KEYS[by];
  const level = by === 'operation' || operation !== undefined ? 'operations' : 'services';
  const conditions = ['1', service === undefined ? '' : 'service = {service:String}', operation === undefined ? '' : 'operation = {operation:String}', kind === undefined ? '' : kind === 'entry' ? ENTRY : 'kind = {kind:Int32}'];
  const condition = conditions.filter((one) => one !== '').join(' AND ');
  const sql = complete(SERIES, { keys, names, durations: durationsSource(state, level, condition), counts: countsSource(state, level, condition) });
  const limit = LIMITS.figures_groups_max + 1;
  const rows_max = limit * 2 * (slots + 1);
  const rows = await run<SlotRow>(sql, {
    ...sourceParams(state, before, firstDay(BigInt(before.first) * MINUTE_NS)), minute_now: minutes.first, step, limit, rows: rows_max,
    ...(service === undefined ? {} : { service }), ...(operation === undefined ? {} : { operation }), ...(typeof kind === 'number' ? { kind } : {}),
  }, rows_max);
  const groups = [...Map.groupBy(rows, (row) => JSON.stringify([row.service_key, row.operation_key, row.kind_key, row.rest_key])).values()]
    .map((of) => groupOf(by, of, slots))
    .filter(({ count }) => count > 0)
    .sort((left, right) => right.count - left.count);
  const start = BigInt(minutes.first) * MINUTE_NS;
  return {
    start, end: BigInt(minutes.last + 1) * MINUTE_NS, step: BigInt(step) * MINUTE_NS, previous: { start: BigInt(before.first) * MINUTE_NS, end: start },
    more: groups.length > LIMITS.figures_groups_max, groups: groups.slice(0, LIMITS.figures_groups_max),
  };
}

function groupOf(by: By, rows: readonly SlotRow[], slots: number): RedGroup {
  const [first] = rows;
  if (first === undefined) throw new Error('cannot make figures: a group has no rows');
  const bySlot = new Map(rows.map((row) => [row.slot, row]));
  const before = bySlot.get(0);
  const series = Array.from({ length: slots }, (_, at) => redOf(bySlot.get(at + 1)));
  const whole = new Durations();
  for (const { slot, buckets, counts, longest } of rows) if (slot > 0) whole.add(buckets, counts, Number(longest));
  return {
    service: first.service_key,
    ...(by === 'operation' ? { operation: first.operation_key, kind: first.kind_key } : {}),
    rest: first.rest_key === 1,
    count: whole.count,
    errors: series.reduce((sum, { errors }) => sum + errors, 0),
    ...whole.percentiles(),
    previous: before === undefined ? null : redOf(before),
    series: {
      count: series.map(({ count }) => count), errors: series.map(({ errors }) => errors),
      p50: series.map(({ p50 }) => p50), p95: series.map(({ p95 }) => p95), p99: series.map(({ p99 }) => p99),
    },
  };
}

function redOf(row: SlotRow | undefined): Red {
  const durations = new Durations();
  if (row !== undefined) durations.add(row.buckets, row.counts, Number(row.longest));
  return { count: durations.count, errors: row?.errors ?? 0, ...durations.percentiles() };
}
