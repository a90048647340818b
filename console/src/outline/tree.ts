/**
 * Who called whom: spans in the order of a waterfall, parents before children, siblings by start. Senders lose spans, repeat ids and may send
 * cycles; every span stands in the tree exactly once, and where it hangs is said.
 */
import type { Outline } from './outline.ts';

/** How a span comes to its place: without parent; below it; its parent is not in the trace; its ancestors lead back to it. */
export const PLACE = { root: 0, child: 1, orphan: 2, cycle: 3 } as const;

export interface Tree {
  /** Spans from top to bottom. */
  readonly order: Int32Array;
  /** The row of a span in `order`. */
  readonly row: Int32Array;
  /** Parents as drawn: -1 for roots, orphans and the entry of a cycle. */
  readonly parent: Int32Array;
  readonly depth: Uint32Array;
  /** Spans of the subtree, itself included: they follow it in `order`. */
  readonly size: Uint32Array;
  readonly place: Uint8Array;
  /** Children by start: the first one, and the next sibling of each; -1 at the end. */
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly deepest: number;
}

/** `start`: of each span, perhaps corrected. */
export function growTree(outline: Outline, start: Float64Array = outline.start): Tree {
  const { size: count } = outline;
  const parent = Int32Array.from(outline.parent);
  const tree = {
    order: new Int32Array(count),
    row: new Int32Array(count).fill(-1),
    parent,
    depth: new Uint32Array(count),
    size: new Uint32Array(count).fill(1),
    place: new Uint8Array(count),
    firstChild: new Int32Array(count).fill(-1),
    nextSibling: new Int32Array(count).fill(-1),
    deepest: 0,
  };
  const sorted = sortedByStart(outline, start);
  for (let at = count - 1; at >= 0; at -= 1) {
    const span = sorted[at] ?? 0;
    const above = parent[span] ?? -1;
    if (above === -1 || above === span) continue;
    tree.nextSibling[span] = tree.firstChild[above] ?? -1;
    tree.firstChild[above] = span;
  }
  let rows = 0;
  // Each span is on the stack at most once.
  const stack = new Int32Array(count);
  const grow = (root: number): void => {
    stack[0] = root;
    for (let top = 1; top > 0; ) {
      top -= 1;
      const span = stack[top] ?? 0;
      tree.row[span] = rows;
      tree.order[rows] = span;
      rows += 1;
      const depth = tree.depth[span] ?? 0;
      if (depth > tree.deepest) tree.deepest = depth;
      const first = top;
      for (let child = tree.firstChild[span] ?? -1; child !== -1; child = tree.nextSibling[child] ?? -1) {
        tree.depth[child] = depth + 1;
        tree.place[child] = PLACE.child;
        stack[top] = child;
        top += 1;
      }
      // The first child has to come off first.
      stack.subarray(first, top).reverse();
    }
  };
  for (const span of sorted) {
    if ((parent[span] ?? -1) !== -1 && parent[span] !== span) continue;
    tree.place[span] = outline.orphan[span] === 1 ? PLACE.orphan : parent[span] === span ? PLACE.cycle : PLACE.root;
    parent[span] = -1;
    grow(span);
  }
  // What no root leads to lies on cycles: each is cut at its earliest span.
  for (const span of sorted) {
    if (tree.row[span] !== -1) continue;
    unlink(tree, parent[span] ?? -1, span);
    parent[span] = -1;
    tree.place[span] = PLACE.cycle;
    grow(span);
  }
  for (let at = count - 1; at >= 0; at -= 1) {
    const span = tree.order[at] ?? 0;
    const above = parent[span] ?? -1;
    if (above !== -1) tree.size[above] = (tree.size[above] ?? 0) + (tree.size[span] ?? 0);
  }
  return tree;
}

/** The spans above, the nearest first. */
export function ancestorsOf(tree: Tree, span: number): number[] {
  const above: number[] = [];
  for (let at = tree.parent[span] ?? -1; at !== -1; at = tree.parent[at] ?? -1) above.push(at);
  return above;
}

export function childrenOf(tree: Tree, span: number): number[] {
  const below: number[] = [];
  for (let child = tree.firstChild[span] ?? -1; child !== -1; child = tree.nextSibling[child] ?? -1) below.push(child);
  return below;
}

function unlink({ firstChild, nextSibling }: { readonly firstChild: Int32Array; readonly nextSibling: Int32Array }, above: number, span: number): void {
  if (above === -1) return;
  if (firstChild[above] === span) firstChild[above] = nextSibling[span] ?? -1;
  else {
    let before = firstChild[above] ?? -1;
    while (before !== -1 && nextSibling[before] !== span) before = nextSibling[before] ?? -1;
    if (before !== -1) nextSibling[before] = nextSibling[span] ?? -1;
  }
  nextSibling[span] = -1;
}

/** By start, the longer one first, then as answered: which is the order of the answer, unless clocks were corrected. */
function sortedByStart({ size, duration }: Outline, start: Float64Array): Int32Array {
  const sorted = new Int32Array(size);
  let isSorted = true;
  for (let at = 0; at < size; at += 1) {
    sorted[at] = at;
    if (at > 0 && (start[at] ?? 0) < (start[at - 1] ?? 0)) isSorted = false;
  }
  return isSorted ? sorted : sorted.sort((left, right) => (start[left] ?? 0) - (start[right] ?? 0) || (duration[right] ?? 0) - (duration[left] ?? 0) || left - right);
}
