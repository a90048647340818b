/**
 * Spans that fulfil the filters, over time. Without filters on attributes every span of the range is counted. With them a share is looked
 * at, and what it says of each bucket is applied to the exact number of spans there: blocks of the store hold moments, so counting the
 * share alone would show its gaps.
 */
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import { conditionOf, type Filters } from '#query/condition';
import type { Params } from '#query/query-store';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { narrowed, type Narrowed } from './narrow.ts';
import { rangeParams, shareOf } from './sample.ts';
import { STATEMENTS } from './statements.ts';

export interface Histogram {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  /** 1: exact. */
  readonly sampledOneIn: number;
  readonly buckets: { readonly count: readonly number[]; readonly errors: readonly number[] };
}

export interface Buckets {
  readonly start: bigint;
  readonly step: bigint;
  readonly count: number;
}

/** Equal buckets from the start on; the last may reach beyond the end. */
export function bucketsOf({ start, end }: Range, wanted: number): Buckets {
  const length = end - start + 1n;
  const step = (length + BigInt(wanted) - 1n) / BigInt(wanted);
  return { start, step, count: Number((length + step - 1n) / step) };
}

interface Row {
  readonly bucket: number;
  readonly spanCount: string;
  readonly errorCount: string;
}

interface SampledRow extends Row {
  readonly seenCount: string;
}

export async function countOverTime(filters: Filters, range: Range, wanted: number, run: Run, rows_max: number = LIMITS.filtered_spans_max): Promise<Histogram> {
  const buckets = bucketsOf(range, wanted);
  const asked = await narrowed(filters, range, run);
  const oneIn = asked.byAttributes ? await shareOf(range, rows_max, run, asked.within) : 1;
  const { count, errors } = oneIn === 1 ? await countAll(asked.conditions, asked.params, range, buckets, run) : await estimate(filters, asked, range, buckets, oneIn, run);
  return { start: range.start.toString(), end: range.end.toString(), stepNano: buckets.step.toString(), sampledOneIn: oneIn, buckets: { count, errors } };
}

async function countAll(conditions: string, filterParams: Params, range: Range, buckets: Buckets, run: Run): Promise<{ count: number[]; errors: number[] }> {
  const sql = complete(STATEMENTS.histogram, { conditions });
  const rows = await run<Row>(sql, { ...filterParams, ...rangeParams(range), step: buckets.step, limit: buckets.count }, buckets.count);
  const count = zeros(buckets.count);
  const errors = zeros(buckets.count);
  for (const row of rows) {
    count[row.bucket] = Number(row.spanCount);
    errors[row.bucket] = Number(row.errorCount);
  }
  return { count, errors };
}

async function estimate(filters: Filters, asked: Narrowed, range: Range, buckets: Buckets, oneIn: number, run: Run): Promise<{ count: number[]; errors: number[] }> {
  const { narrow, conditions, within } = asked;
  const sql = complete(STATEMENTS.histogramSampled, { narrow, conditions });
  const params = { ...asked.params, ...rangeParams(range), step: buckets.step, limit: buckets.count, one_in: oneIn };
  const cheap = conditionOf({ ...filters, attributes: filters.attributes.filter(({ place }) => place === 'field') }, run.sealed);
  const [all, rows] = await Promise.all([countAll(narrow, { ...cheap.params, ...within.params }, range, buckets, run), run<SampledRow>(sql, params, buckets.count)]);
  const seen = zeros(buckets.count);
  const matched = zeros(buckets.count);
  const failed = zeros(buckets.count);
  for (const row of rows) {
    seen[row.bucket] = Number(row.seenCount);
    matched[row.bucket] = Number(row.spanCount);
    failed[row.bucket] = Number(row.errorCount);
  }
  // A bucket of which nothing was looked at is like the others.
  const whole = { seen: sum(seen), matched: sum(matched), failed: sum(failed) };
  const scale = (found: readonly number[], ofAll: number) => all.count.map((spans, at) => Math.round(spans * ((seen[at] ?? 0) > 0 ? (found[at] ?? 0) / (seen[at] ?? 1) : ofAll / Math.max(1, whole.seen))));
  return { count: scale(matched, whole.matched), errors: scale(failed, whole.failed) };
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
