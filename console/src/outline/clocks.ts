/**
 * Clocks of different machines disagree. A span cannot begin before the span that called it; where one of another service does, its clock is
 * taken to be off, and it is moved with what it did itself: into the middle of its parent, the way on the wire being taken as equally long in
 * both directions (as in NTP, RFC 5905 §8), or to the parent's start if it is longer than its parent.
 */
import { lengthOf, type Outline } from './outline.ts';
import type { Tree } from './tree.ts';

export interface ClockSkew {
  /** Index of the service. */
  readonly service: number;
  /** Nanoseconds its clock is ahead; negative: behind. The largest seen. */
  readonly ahead: number;
  readonly spans: number;
}

export interface Clocks {
  /** Starts as drawn. */
  readonly start: Float64Array;
  readonly skews: readonly ClockSkew[];
  /** Spans that end before they start. */
  readonly backwards: number;
}

/** Good clocks agree to a millisecond; nobody needs to be told of less. */
const TOLERANCE = 1e6;

export function correctClocks(outline: Outline, tree: Tree): Clocks {
  const start = Float64Array.from(outline.start);
  const moved = new Float64Array(outline.size);
  const skews = new Map<number, { ahead: number; spans: number }>();
  let backwards = 0;
  for (const span of tree.order) {
    if ((outline.duration[span] ?? 0) < 0) backwards += 1;
    const above = tree.parent[span] ?? -1;
    if (above === -1) continue;
    const service = outline.service[span] ?? 0;
    const sent = outline.start[span] ?? 0;
    const own = service === outline.service[above] ? (moved[above] ?? 0) : 0;
    const parentStart = start[above] ?? 0;
    let by = own;
    if (service !== outline.service[above] && sent < parentStart - TOLERANCE) {
      by = parentStart + Math.max(0, (lengthOf(outline, above) - lengthOf(outline, span)) / 2) - sent;
      const known = skews.get(service) ?? { ahead: 0, spans: 0 };
      skews.set(service, { ahead: Math.abs(by) > Math.abs(known.ahead) ? -by : known.ahead, spans: known.spans });
    }
    if (by === 0) continue;
    moved[span] = by;
    start[span] = sent + by;
    const known = skews.get(service);
    if (known !== undefined) known.spans += 1;
  }
  return { start, skews: [...skews].map(([service, skew]) => ({ service, ...skew })), backwards };
}
