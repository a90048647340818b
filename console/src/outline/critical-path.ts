/**
 * The critical path: what the end of the trace waited for. From the end of the root backwards, always into the child that finished last before
 * the moment at hand, and on from its start in its parent (Zhang et al., "CRISP", USENIX ATC 2022 §3). What a child did outside of its parent
 * was not waited for; neither was a message whose consumer outlives its sender.
 */
import { lengthOf, type Outline } from './outline.ts';
import { PLACE, type Tree } from './tree.ts';

const CONSUMER = 5;

export interface CriticalPath {
  /** Sections of span `s` lie in `from` and `to` from `first[s]` to before `first[s + 1]`, from left to right. */
  readonly first: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Time on the path, by span. */
  readonly time: Float64Array;
  readonly length: number;
}

interface Frame {
  readonly span: number;
  readonly begin: number;
  /** Everything after it is told. */
  until: number;
  /** Children with their bounds inside the span, the last to finish first. */
  readonly children: readonly Bounds[];
  next: number;
}

interface Bounds {
  readonly span: number;
  readonly begin: number;
  readonly end: number;
}

export function criticalPath(outline: Outline, tree: Tree, start: Float64Array): CriticalPath {
  const told: Bounds[] = [];
  const root = rootOf(outline, tree);
  const enter = (span: number, begin: number, end: number): Frame => ({ span, begin, until: end, children: boundsOf(outline, tree, start, { span, begin, end }), next: 0 });
  const stack: Frame[] = root === -1 ? [] : [enter(root, start[root] ?? 0, (start[root] ?? 0) + lengthOf(outline, root))];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    while (frame.next < frame.children.length && (frame.children[frame.next]?.end ?? 0) > frame.until) frame.next += 1;
    const child = frame.children[frame.next];
    if (child === undefined) {
      if (frame.until > frame.begin) told.push({ span: frame.span, begin: frame.begin, end: frame.until });
      stack.pop();
      continue;
    }
    frame.next += 1;
    if (frame.until > child.end) told.push({ span: frame.span, begin: child.end, end: frame.until });
    frame.until = child.begin;
    stack.push(enter(child.span, child.begin, child.end));
  }
  return columns(told.reverse(), outline.size);
}

/** The first root; of orphans and cycles alone the longest. */
function rootOf(outline: Outline, tree: Tree): number {
  let longest = -1;
  for (const span of tree.order) {
    if (tree.place[span] === PLACE.root) return span;
    if (tree.parent[span] === -1 && (longest === -1 || lengthOf(outline, span) > lengthOf(outline, longest))) longest = span;
  }
  return longest;
}

function boundsOf(outline: Outline, tree: Tree, start: Float64Array, above: Bounds): Bounds[] {
  const inside: Bounds[] = [];
  for (let child = tree.firstChild[above.span] ?? -1; child !== -1; child = tree.nextSibling[child] ?? -1) {
    const from = start[child] ?? 0;
    const to = from + lengthOf(outline, child);
    if (outline.kind[child] === CONSUMER && to > above.end) continue;
    const begin = Math.max(from, above.begin);
    const end = Math.min(to, above.end);
    if (end > begin) inside.push({ span: child, begin, end });
  }
  return inside.sort((left, right) => right.end - left.end || left.begin - right.begin);
}

function columns(sections: readonly Bounds[], size: number): CriticalPath {
  const first = new Uint32Array(size + 1);
  const time = new Float64Array(size);
  let length = 0;
  for (const { span, begin, end } of sections) {
    first[span + 1] = (first[span + 1] ?? 0) + 1;
    time[span] = (time[span] ?? 0) + end - begin;
    length += end - begin;
  }
  for (let at = 0; at < size; at += 1) first[at + 1] = (first[at + 1] ?? 0) + (first[at] ?? 0);
  const free = Uint32Array.from(first);
  const from = new Float64Array(sections.length);
  const to = new Float64Array(sections.length);
  for (const { span, begin, end } of sections) {
    const at = free[span] ?? 0;
    free[span] = at + 1;
    from[at] = begin;
    to[at] = end;
  }
  return { first, from, to, time, length };
}
