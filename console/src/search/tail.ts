/** What a live tail has brought so far: newest first, each trace once, in bounds. A trace that grows keeps its place. */
import type { TraceSummary } from '#api/search-types.ts';

export interface Arrived {
  readonly traces: readonly TraceSummary[];
  /** Traces put at the top over the whole tail. */
  readonly added: number;
  /** Matched, but were too many to be sent. */
  readonly skipped: number;
}

export const NOBODY: Arrived = { traces: [], added: 0, skipped: 0 };
export const ARRIVED_MAX = 500;

export function arrive(before: Arrived, more: readonly TraceSummary[]): Arrived {
  const known = new Map(before.traces.map((trace, at) => [trace.traceId, at]));
  const traces = [...before.traces];
  const fresh = new Map<string, TraceSummary>();
  for (const trace of more) {
    const at = known.get(trace.traceId);
    if (at !== undefined) traces[at] = trace;
    else if (!fresh.has(trace.traceId)) fresh.set(trace.traceId, trace);
  }
  return { ...before, traces: [...fresh.values(), ...traces].slice(0, ARRIVED_MAX), added: before.added + fresh.size };
}

/** The list with what arrived on top; a trace that the list held already is shown once, where it arrived. */
export function onTop(arrived: readonly TraceSummary[], listed: readonly TraceSummary[]): readonly TraceSummary[] {
  const seen = new Set<string>();
  return [...arrived, ...listed].filter(({ traceId }) => (seen.has(traceId) ? false : (seen.add(traceId), true)));
}
