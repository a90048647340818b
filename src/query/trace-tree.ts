/**
 * Spans in the order of a waterfall: parents before children, siblings by start. Senders lose spans, repeat ids and may send cycles;
 * every span appears exactly once, and where it hangs is said.
 */

export interface Linked {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly start: bigint;
  readonly duration: bigint;
  /** Of versions of a span, the first has the children. */
  readonly version?: number;
}

export interface Branch<Span> {
  readonly span: Span;
  readonly depth: number;
  /** The last of its siblings. */
  readonly last: boolean;
  /** `root`; `child`; `orphan`: its parent is not in the trace; `cycle`: its ancestors lead back to it. */
  readonly place: 'root' | 'child' | 'orphan' | 'cycle';
  readonly parent: Branch<Span> | null;
}

export function branchesOf<Span extends Linked>(spans: readonly Span[]): Branch<Span>[] {
  const sorted = spans.toSorted(byStart);
  const ids = new Set(sorted.map(({ spanId }) => spanId));
  const children = Map.groupBy(sorted.filter(isChild), ({ parentSpanId }) => parentSpanId);
  function isChild(span: Span): boolean {
    return span.parentSpanId !== '' && ids.has(span.parentSpanId);
  }
  const branches: Branch<Span>[] = [];
  const seen = new Set<Span>();
  // Of spans with the same id the first version keeps the children; where nobody tells versions apart, the first span.
  const parents = new Set<string>();
  const grow = (root: Branch<Span>): void => {
    const stack = [root];
    for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
      if (seen.has(branch.span)) continue;
      seen.add(branch.span);
      branches.push(branch);
      const { spanId } = branch.span;
      if (parents.has(spanId) || (branch.span.version ?? 1) > 1) continue;
      parents.add(spanId);
      const below = (children.get(spanId) ?? []).filter((span) => !seen.has(span));
      for (const [at, span] of [...below.entries()].reverse()) stack.push({ span, depth: branch.depth + 1, last: at === below.length - 1, place: 'child', parent: branch });
    }
  };
  for (const span of sorted) if (!isChild(span)) grow({ span, depth: 0, last: true, place: span.parentSpanId === '' ? 'root' : 'orphan', parent: null });
  // What no root leads to lies on cycles: each is entered at its earliest span.
  for (const span of sorted) if (!seen.has(span)) grow({ span, depth: 0, last: true, place: 'cycle', parent: null });
  return branches;
}

function byStart(left: Linked, right: Linked): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1;
  return left.duration === right.duration ? 0 : left.duration > right.duration ? -1 : 1;
}
