/** Everything about a trace that its pages draw, worked out once when it arrives. */
import { type ClockSkew, correctClocks } from './clocks.ts';
import { criticalPath, type CriticalPath } from './critical-path.ts';
import { ERROR, lengthOf, type Outline } from './outline.ts';
import { selfTimes } from './self-time.ts';
import { growTree, PLACE, type Tree } from './tree.ts';

export interface TraceModel {
  readonly outline: Outline;
  readonly tree: Tree;
  /** Starts as drawn: as sent, or with clocks corrected. */
  readonly start: Float64Array;
  /** Where the drawing begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly self: Float64Array;
  readonly critical: CriticalPath;
  /** Clocks that disagree, whether corrected or not. */
  readonly skews: readonly ClockSkew[];
  readonly corrected: boolean;
  readonly backwards: number;
  readonly orphans: number;
  readonly cycles: number;
  readonly errors: number;
  /** The span that names the trace. */
  readonly root: number;
  /** Spans by service. */
  readonly spansOf: Uint32Array;
  readonly errorsOf: Uint32Array;
}

const known = new WeakMap<Outline, TraceModel>();

/** `correct`: with clocks that disagree corrected. Worked out once for each outline, unless clocks are to stay as sent. */
export function modelOf(outline: Outline, correct = true): TraceModel {
  if (!correct) return workOut(outline, false);
  const model = known.get(outline) ?? workOut(outline, true);
  known.set(outline, model);
  return model;
}

function workOut(outline: Outline, correct: boolean): TraceModel {
  const sent = growTree(outline);
  const { start: moved, skews, backwards } = correctClocks(outline, sent);
  const corrected = correct && skews.length > 0;
  const start = corrected ? moved : outline.start;
  const tree = corrected ? growTree(outline, start) : sent;
  const spansOf = new Uint32Array(outline.services.length);
  const errorsOf = new Uint32Array(outline.services.length);
  let [from, to, orphans, cycles, errors] = [Infinity, -Infinity, 0, 0, 0];
  for (let span = 0; span < outline.size; span += 1) {
    const begin = start[span] ?? 0;
    from = Math.min(from, begin);
    to = Math.max(to, begin + lengthOf(outline, span));
    if (tree.place[span] === PLACE.orphan) orphans += 1;
    if (tree.place[span] === PLACE.cycle) cycles += 1;
    const service = outline.service[span] ?? 0;
    spansOf[service] = (spansOf[service] ?? 0) + 1;
    if (outline.status[span] !== ERROR) continue;
    errors += 1;
    errorsOf[service] = (errorsOf[service] ?? 0) + 1;
  }
  return {
    outline, tree, start, skews, corrected, backwards, orphans, cycles, errors, spansOf, errorsOf,
    from: outline.size === 0 ? 0 : from,
    to: outline.size === 0 ? 0 : to,
    self: selfTimes(outline, tree, start),
    critical: criticalPath(outline, tree, start),
    root: tree.order.find((span) => tree.place[span] === PLACE.root) ?? tree.order[0] ?? -1,
  };
}
