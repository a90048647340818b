/** Self time: how long a span ran while none of its children did. Children are counted where they lie inside it, and once where they overlap. */
import { lengthOf, type Outline } from './outline.ts';
import type { Tree } from './tree.ts';

export function selfTimes(outline: Outline, tree: Tree, start: Float64Array): Float64Array {
  const self = new Float64Array(outline.size);
  for (let span = 0; span < outline.size; span += 1) {
    let own = 0;
    eachOwnStretch(outline, tree, start, span, (from, to) => {
      own += to - from;
    });
    self[span] = own;
  }
  return self;
}

/** Calls back with each stretch in which the span itself ran, from left to right. */
export function eachOwnStretch(outline: Outline, tree: Tree, start: Float64Array, span: number, told: (from: number, to: number) => void): void {
  const begin = start[span] ?? 0;
  const end = begin + lengthOf(outline, span);
  let free = begin;
  for (let child = tree.firstChild[span] ?? -1; child !== -1 && free < end; child = tree.nextSibling[child] ?? -1) {
    const from = start[child] ?? 0;
    const to = from + lengthOf(outline, child);
    if (to <= free) continue;
    if (from >= end) break;
    if (from > free) told(free, from);
    free = to;
  }
  if (free < end) told(free, end);
}
