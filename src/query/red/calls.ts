/**
 * Which service calls which, from spans and their parents. Exact as long as the range holds no more spans than are joined at once; above, estimated
 * from a sample of traces that is kept for this, and of that again from a share, which the answer says.
 */
import { readFileSync } from 'node:fs';
import { CALLS_ONE_IN } from '#clickhouse/schema';
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import { firstDay } from '#query/candidates';
import { complete } from '#query/statements';
import type { Percentiles } from './percentiles.ts';
import { callsSource, countsSource, type FiguresState, minutesOf, sourceParams } from './source.ts';

/** Calls of one service by another. Durations are those of the spans called. */
export interface Edge extends Percentiles {
  readonly parent: string;
  readonly child: string;
  readonly count: number;
  readonly errors: number;
}

export interface Edges {
  /** Most calls first. */
  readonly edges: readonly Edge[];
  /** Counts were multiplied by this, because one of so many traces was looked at; 1 when all were. */
  readonly oneIn: number;
  readonly more: boolean;
}

/** Start of the called span, nanoseconds since 1970, both included. */
export interface Window {
  readonly start: bigint;
  readonly end: bigint;
}

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const EDGES = read('edges');
const SPAN_COUNT = read('span-count');
/** A parent begins before its child: so much earlier than the window it is still found. */
const PARENT_EARLIER_NS = 3_600_000_000_000n;

interface EdgeRow {
  readonly parentService: string;
  readonly childService: string;
  readonly calls: number;
  readonly errors: number;
  readonly durations: readonly [number, number, number];
}

export async function findEdges({ start, end }: Window, state: FiguresState, run: Run, edges_max: number, spans_max: number = LIMITS.dependency_spans_max): Promise<Edges> {
  const parent_start = start > PARENT_EARLIER_NS ? start - PARENT_EARLIER_NS : 0n;
  const day_min = firstDay(parent_start);
  const minutes = minutesOf(start, end + 1n);
  const [counted] = await run<{ spans: number }>(complete(SPAN_COUNT, { counts: countsSource(state, 'services') }), { ...sourceParams(state, minutes, day_min), limit: 1 }, 1);
  const spans = counted?.spans ?? 0;
  const sampled = spans > spans_max;
  const share = Math.max(1, Math.ceil(spans / CALLS_ONE_IN / spans_max));
  const oneIn = sampled ? share * CALLS_ONE_IN : 1;
  const params = { start, end, parent_start, day_min, limit: edges_max + 1, ...(sampled ? { roll: state.roll, share } : {}) };
  const rows = await run<EdgeRow>(complete(EDGES, { calls: callsSource(state, sampled) }), params, edges_max + 1);
  return {
    edges: rows.slice(0, edges_max).map(({ parentService, childService, calls, errors, durations: [p50, p95, p99] }) => ({ parent: parentService, child: childService, count: calls * oneIn, errors: errors * oneIn, p50, p95, p99 })),
    oneIn,
    more: rows.length > edges_max,
  };
}
