/**
 * Which ranges of leaves the proofs of a tree are made of, by numbers alone: what to fetch is known before anything is fetched. Sizes and
 * indexes are numbers up to 2^53 − 1, so bits are taken by division and not by operators that cut at 32; a larger size is refused.
 */

/** Leaves from `start` up to but without `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A complete subtree: the leaves [index · 2^level, (index + 1) · 2^level). */
export interface NodeAt {
  readonly level: number;
  readonly index: number;
}

/** No tree here is higher, so no proof is longer. */
export const HEIGHT_MAX = 53;

/** Whether a number can be the size of a tree. */
export function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** Whether a range is a subtree of a tree of this size (draft-ietf-plants-merkle-tree-certs §4.1). An empty one may start anywhere. */
export function isSubtree({ start, end }: Range, size: number): boolean {
  if (!isSize(start) || !isSize(end) || !isSize(size) || start > end || end > size) return false;
  return start % powerFrom(end - start) === 0;
}

/** PATH(index, D[range]) of RFC 6962 §2.1.1: the ranges whose hashes prove a leaf, in the order of the proof. The index must be in the range. */
export function inclusionRanges(index: number, range: Range): Range[] {
  const ranges: Range[] = [];
  let { start, end } = range;
  while (end - start > 1) {
    const middle = start + powerBelow(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * SUBTREE_PROOF of the same draft §4.4.1: the ranges whose hashes prove that a subtree is part of a tree. With start 0 it is PROOF(end, D) of
 * RFC 6962 §2.1.2. The range must be a subtree of the tree.
 */
export function consistencyRanges(range: Range, size: number): Range[] {
  const ranges: Range[] = [];
  if (range.start === range.end) return ranges;
  let wanted = range;
  let [start, end] = [0, size];
  let known = true;
  while (start !== wanted.start || end !== wanted.end) {
    const middle = start + powerBelow(end - start);
    if (wanted.end <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      if (wanted.start < middle) {
        // The verifier knows the hash of the whole and not of this part.
        wanted = { start: middle, end: wanted.end };
        known = false;
      }
      start = middle;
    }
  }
  if (!known) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete subtrees that a subtree consists of, from left to right. */
export function nodesOf({ start, end }: Range): NodeAt[] {
  const nodes: NodeAt[] = [];
  for (let at = start; at < end; ) {
    let [level, width] = [0, 1];
    for (; width * 2 <= end - at; width *= 2) level++;
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The largest power of two below a number of at least 2. */
export function powerBelow(size: number): number {
  return powerFrom(Math.ceil(size / 2));
}

/** The smallest power of two that is not below a number. */
function powerFrom(size: number): number {
  let power = 1;
  while (power < size) power *= 2;
  return power;
}
