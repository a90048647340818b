/**
 * Which service calls which, from spans and their parents. Exact as long as the window holds no more spans than are joined at once;
 * above, estimated from a share of the traces, which the answer says.
 */
import { LIMITS } from '#limits';
import type { Run } from './answering.ts';
import { firstDay } from './candidates.ts';
import { STATEMENTS } from './statements.ts';

export interface DependencyWindow {
  /** Start of the called span, nanoseconds since 1970, both included. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface Dependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}

export interface Dependencies {
  readonly links: readonly Dependency[];
  /** Counts were multiplied by this, because one of so many traces was looked at; 1 when all were. */
  readonly oneIn: number;
}

const LINKS_MAX = 10_000;
/** A parent begins before its child: so much earlier than the window it is still found. */
const PARENT_EARLIER_NS = 3_600_000_000_000n;

interface DependencyRow {
  readonly parentService: string;
  readonly childService: string;
  readonly callCount: string;
  readonly oneIn: string;
}

export async function findDependencies({ start, end }: DependencyWindow, run: Run, spans_max: number = LIMITS.dependency_spans_max): Promise<Dependencies> {
  const parent_start = start > PARENT_EARLIER_NS ? start - PARENT_EARLIER_NS : 0n;
  const params = { start, end, parent_start, day_min: firstDay(parent_start), spans_max, limit: LINKS_MAX };
  const rows = await run<DependencyRow>(STATEMENTS.dependencies, params, LINKS_MAX);
  return {
    links: rows.map(({ parentService, childService, callCount }) => ({ parent: parentService, child: childService, callCount: Number(callCount) })),
    oneIn: Number(rows[0]?.oneIn ?? 1),
  };
}
