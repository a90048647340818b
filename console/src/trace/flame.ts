/**
 * A flame graph: spans with the same path of services and names from the root are one box, as wide as the self times of everything in it, so
 * that boxes below a box never are wider than it, whatever ran side by side.
 */
import type { TraceModel } from '#outline/model.ts';
import { ERROR, lengthOf } from '#outline/outline.ts';

export interface Box {
  readonly service: number;
  readonly name: number;
  /** Index of the box above; -1 for the first. */
  readonly parent: number;
  readonly depth: number;
  readonly children: number[];
  count: number;
  errors: number;
  /** Nanoseconds: durations of its spans, their self times, and the self times of all below as well. */
  total: number;
  self: number;
  value: number;
  /** Where it lies, as shares of the whole width. */
  left: number;
  width: number;
  /** Its longest span. */
  span: number;
}

/** The first box holds everything. */
export function flameOf({ outline, tree, self }: TraceModel): Box[] {
  const box = (parent: number, depth: number, service: number, name: number): Box => ({ service, name, parent, depth, children: [], count: 0, errors: 0, total: 0, self: 0, value: 0, left: 0, width: 1, span: -1 });
  const boxes: Box[] = [box(-1, 0, -1, -1)];
  const boxOf = new Int32Array(outline.size);
  const known = new Map<string, number>();
  for (const span of tree.order) {
    const above = tree.parent[span] ?? -1;
    const parent = above === -1 ? 0 : (boxOf[above] ?? 0);
    const service = outline.service[span] ?? 0;
    const name = outline.name[span] ?? 0;
    const key = `${parent} ${service} ${name}`;
    let at = known.get(key);
    if (at === undefined) {
      at = boxes.length;
      known.set(key, at);
      boxes.push(box(parent, (boxes[parent]?.depth ?? 0) + 1, service, name));
      boxes[parent]?.children.push(at);
    }
    boxOf[span] = at;
    const own = boxes[at];
    if (own === undefined) continue;
    own.count += 1;
    own.total += lengthOf(outline, span);
    own.self += self[span] ?? 0;
    if (outline.status[span] === ERROR) own.errors += 1;
    if (own.span === -1 || lengthOf(outline, span) > lengthOf(outline, own.span)) own.span = span;
  }
  for (const one of boxes.toReversed()) {
    one.value += one.self;
    const above = boxes[one.parent];
    if (above !== undefined) above.value += one.value;
  }
  const [whole] = boxes;
  if (whole !== undefined) {
    whole.total = whole.value;
    whole.count = outline.size;
  }
  for (const one of boxes) {
    one.children.sort((left, right) => (boxes[right]?.value ?? 0) - (boxes[left]?.value ?? 0));
    let { left } = one;
    for (const child of one.children) {
      const below = boxes[child];
      if (below === undefined) continue;
      below.left = left;
      below.width = one.value === 0 ? one.width / one.children.length : (one.width * below.value) / one.value;
      left += below.width;
    }
  }
  return boxes;
}
