/**
 * Which spans of two traces are the same step: from the roots down, children of matched spans are matched by service, name and kind, and
 * among equals by their place, the first with the first. What has no partner is said to be on one side only, with everything below it.
 */
import type { TraceModel } from '#outline/model.ts';
import { lengthOf, nameOf, serviceOf } from '#outline/outline.ts';
import { childrenOf } from '#outline/tree.ts';

export type Verdict = 'same' | 'slower' | 'faster' | 'left' | 'right';

export interface Pair {
  /** Places of the spans; -1 where there is none. */
  readonly left: number;
  readonly right: number;
  readonly depth: number;
  readonly verdict: Verdict;
  /** Nanoseconds the right one took longer; 0 where one is missing. */
  readonly longer: number;
}

export interface Comparison {
  /** Parents before children, in the order of the left trace, what only the right one has where it stands there. */
  readonly pairs: readonly Pair[];
  readonly counts: Readonly<Record<Verdict, number>>;
}

/** Differences below a twentieth of the longer one are noise, and those that are nothing against the whole trace. */
const NOISE_SHARE = 0.05;
const NOISE_OF_TRACE = 0.001;
const NOISE_NS = 50_000;

/** Below this, in nanoseconds, two durations are the same. */
export function noiseOf(left: TraceModel, right: TraceModel): number {
  return Math.max(NOISE_NS, NOISE_OF_TRACE * Math.max(left.to - left.from, right.to - right.from));
}

export function compareTraces(left: TraceModel, right: TraceModel): Comparison {
  const noise = noiseOf(left, right);
  const pairs: Pair[] = [];
  const counts = { same: 0, slower: 0, faster: 0, left: 0, right: 0 };
  const stack: { left: number; right: number; depth: number }[] = [];
  const push = (lefts: readonly number[], rights: readonly number[], depth: number): void => {
    for (const pair of align(left, lefts, right, rights).reverse()) stack.push({ ...pair, depth });
  };
  push(rootsOf(left), rootsOf(right), 0);
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const verdict = verdictOf(left, right, pair, noise);
    const longer = pair.left === -1 || pair.right === -1 ? 0 : lengthOf(right.outline, pair.right) - lengthOf(left.outline, pair.left);
    counts[verdict] += 1;
    pairs.push({ ...pair, verdict, longer });
    push(pair.left === -1 ? [] : childrenOf(left.tree, pair.left), pair.right === -1 ? [] : childrenOf(right.tree, pair.right), pair.depth + 1);
  }
  return { pairs, counts };
}

function rootsOf({ tree }: TraceModel): number[] {
  return [...tree.order].filter((span) => tree.parent[span] === -1);
}

function verdictOf(left: TraceModel, right: TraceModel, pair: { readonly left: number; readonly right: number }, noise: number): Verdict {
  if (pair.right === -1) return 'left';
  if (pair.left === -1) return 'right';
  return difference(lengthOf(left.outline, pair.left), lengthOf(right.outline, pair.right), noise);
}

/** Whether the right one took noticeably longer or shorter. */
export function difference(left: number, right: number, noise: number): 'same' | 'slower' | 'faster' {
  const apart = right - left;
  if (Math.abs(apart) <= Math.max(noise, NOISE_SHARE * Math.max(left, right))) return 'same';
  return apart > 0 ? 'slower' : 'faster';
}

/** Pairs siblings; those of the right side without a partner follow the pair that they follow there. */
function align(left: TraceModel, lefts: readonly number[], right: TraceModel, rights: readonly number[]): { left: number; right: number }[] {
  const waiting = new Map<string, number[]>();
  for (const [at, span] of rights.entries()) {
    const key = keyOf(right, span);
    const known = waiting.get(key);
    if (known === undefined) waiting.set(key, [at]);
    else known.push(at);
  }
  const partner = new Map<number, number>();
  const taken = new Map<string, number>();
  const partnerOf = lefts.map((span) => {
    const key = keyOf(left, span);
    const next = taken.get(key) ?? 0;
    const at = waiting.get(key)?.[next];
    if (at === undefined) return -1;
    taken.set(key, next + 1);
    partner.set(at, span);
    return at;
  });
  const pairs: { left: number; right: number }[] = [];
  let told = 0;
  const tellUnmatched = (before: number): void => {
    for (; told < before; told += 1) if (!partner.has(told)) pairs.push({ left: -1, right: rights[told] ?? -1 });
  };
  for (const [at, span] of lefts.entries()) {
    const matched = partnerOf[at] ?? -1;
    if (matched !== -1) tellUnmatched(matched);
    pairs.push({ left: span, right: matched === -1 ? -1 : (rights[matched] ?? -1) });
  }
  tellUnmatched(rights.length);
  return pairs;
}

function keyOf({ outline }: TraceModel, span: number): string {
  return `${serviceOf(outline, span)}\n${nameOf(outline, span)}\n${outline.kind[span] ?? 0}`;
}
