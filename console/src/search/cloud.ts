/** Points of duration over time as the pictures use them: in one place each, found by nearness, gathered in cells. */
import type { SpanPoints } from '#api/search-types.ts';
import { millisOf } from '#time/format.ts';
import type { Axis } from './scales.ts';

export interface Cloud {
  readonly count: number;
  readonly from_ms: number;
  readonly to_ms: number;
  /** Spans that fulfil the filters; `oneIn` ordinary ones stand behind a point. */
  readonly total: number;
  readonly oneIn: number;
  readonly at_ms: Float64Array;
  readonly duration: Float64Array;
  readonly error: Uint8Array;
  readonly trace: readonly string[];
  readonly service: readonly string[];
  /** Of all durations. */
  readonly min: number;
  readonly max: number;
}

export function cloudOf({ start, end, total, oneIn, traceIds, services, points }: SpanPoints): Cloud {
  const count = points.duration.length;
  const from_ms = millisOf(start);
  const duration = Float64Array.from(points.duration);
  let min = Infinity;
  let max = 0;
  for (const one of duration) {
    if (one > 0 && one < min) min = one;
    if (one > max) max = one;
  }
  return {
    count, from_ms, to_ms: millisOf(end), total, oneIn, duration,
    at_ms: Float64Array.from(points.startOffset, (offset) => from_ms + offset / 1e6),
    error: Uint8Array.from(points.error),
    trace: points.trace.map((at) => traceIds[at] ?? ''),
    service: points.service.map((at) => services[at] ?? ''),
    min: min === Infinity ? 1e6 : min,
    max: max === 0 ? 1e9 : max,
  };
}

/** The point nearest to a place, if one is near enough; failed ones are a little nearer. */
export function nearest(cloud: Cloud, x: Axis, y: Axis, px: number, py: number, reach = 14): number | null {
  let best = reach * reach;
  let found: number | null = null;
  for (let at = 0; at < cloud.count; at += 1) {
    const dx = x.toPx(cloud.at_ms[at] ?? 0) - px;
    if (dx > reach || dx < -reach) continue;
    const dy = y.toPx(cloud.duration[at] ?? 0) - py;
    const apart = (dx * dx + dy * dy) * (cloud.error[at] === 1 ? 0.6 : 1);
    if (apart < best) {
      best = apart;
      found = at;
    }
  }
  return found;
}

export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly count: number;
  readonly errors: number;
}

/** How many points lie in each cell of a grid; empty cells are left out. */
export function cellsOf(cloud: Cloud, x: Axis, y: Axis, size: number): { readonly cells: readonly Cell[]; readonly most: number } {
  const cells = new Map<number, { column: number; row: number; count: number; errors: number }>();
  let most = 0;
  for (let at = 0; at < cloud.count; at += 1) {
    const column = Math.floor(x.toPx(cloud.at_ms[at] ?? 0) / size);
    const row = Math.floor(y.toPx(cloud.duration[at] ?? 0) / size);
    const key = row * 10_000 + column;
    const cell = cells.get(key) ?? { column, row, count: 0, errors: 0 };
    cell.count += 1;
    cell.errors += cloud.error[at] ?? 0;
    cells.set(key, cell);
    if (cell.count > most) most = cell.count;
  }
  return { cells: [...cells.values()], most };
}

/** The slowest, longest first, each trace once. */
export function slowest(cloud: Cloud, many: number): readonly number[] {
  const order = Array.from({ length: cloud.count }, (_, at) => at).sort((a, b) => (cloud.duration[b] ?? 0) - (cloud.duration[a] ?? 0));
  const seen = new Set<string>();
  const found: number[] = [];
  for (const at of order) {
    const trace = cloud.trace[at] ?? '';
    if (seen.has(trace)) continue;
    seen.add(trace);
    found.push(at);
    if (found.length === many) break;
  }
  return found;
}
