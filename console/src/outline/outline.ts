/**
 * A trace as columns, the way `GET /api/v1/traces/:id/outline` answers it: one place per span in typed arrays, in the order of their starts, so
 * that 50,000 spans need no object each. Times are nanoseconds from the start of the trace.
 */

type Numbers = readonly number[];

export interface KindCount {
  readonly kind: string;
  readonly count: number;
}

export interface OutlineAnswer {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly more: boolean;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly spans: { readonly id: readonly string[] } & Readonly<Record<'parent' | 'service' | 'name' | 'start' | 'duration' | 'kind' | 'status' | 'events' | 'exceptions' | 'minimized' | 'orphan', Numbers>>;
  readonly eventTimes: Readonly<Record<'span' | 'at' | 'error', Numbers>>;
  readonly minimized: readonly KindCount[];
}

export interface Outline {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly more: boolean;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly size: number;
  readonly ids: readonly string[];
  /** -1 without. */
  readonly parent: Int32Array;
  readonly service: Uint32Array;
  readonly name: Uint32Array;
  readonly start: Float64Array;
  /** As sent: negative when the end lies before the start. */
  readonly duration: Float64Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  readonly events: Uint32Array;
  readonly exceptions: Uint32Array;
  readonly minimized: Uint32Array;
  readonly orphan: Uint8Array;
  /** Events of span `s` lie in `eventAt` from `eventFrom[s]` to before `eventFrom[s + 1]`. */
  readonly eventFrom: Uint32Array;
  readonly eventAt: Float64Array;
  readonly eventError: Uint8Array;
  readonly minimizedKinds: readonly KindCount[];
}

export const ERROR = 2;

export function readOutline(answer: OutlineAnswer): Outline {
  const { spans, eventTimes } = answer;
  const size = spans.id.length;
  const eventFrom = new Uint32Array(size + 1);
  for (const span of eventTimes.span) eventFrom[span + 1] = (eventFrom[span + 1] ?? 0) + 1;
  for (let at = 0; at < size; at += 1) eventFrom[at + 1] = (eventFrom[at + 1] ?? 0) + (eventFrom[at] ?? 0);
  return {
    traceId: answer.traceId,
    startTimeUnixNano: answer.startTimeUnixNano,
    more: answer.more,
    services: answer.services,
    names: answer.names,
    size,
    ids: spans.id,
    parent: Int32Array.from(spans.parent),
    service: Uint32Array.from(spans.service),
    name: Uint32Array.from(spans.name),
    start: Float64Array.from(spans.start),
    duration: Float64Array.from(spans.duration),
    kind: Uint8Array.from(spans.kind),
    status: Uint8Array.from(spans.status),
    events: Uint32Array.from(spans.events),
    exceptions: Uint32Array.from(spans.exceptions),
    minimized: Uint32Array.from(spans.minimized),
    orphan: Uint8Array.from(spans.orphan),
    eventFrom,
    eventAt: Float64Array.from(eventTimes.at),
    eventError: Uint8Array.from(eventTimes.error),
    minimizedKinds: answer.minimized,
  };
}

export function serviceOf(outline: Outline, span: number): string {
  return outline.services[outline.service[span] ?? 0] ?? '';
}

export function nameOf(outline: Outline, span: number): string {
  return outline.names[outline.name[span] ?? 0] ?? '';
}

/** What it took; never negative. */
export function lengthOf(outline: Outline, span: number): number {
  return Math.max(0, outline.duration[span] ?? 0);
}

/** The place of a span by its id, the first of several; -1 without. */
export function spanById(outline: Outline, id: string | undefined): number {
  return id === undefined ? -1 : outline.ids.indexOf(id);
}

/** Which of several spans with the same id this one is, as the API counts them. */
export function copyOf(outline: Outline, span: number): number {
  const id = outline.ids[span];
  let copy = 0;
  for (let at = outline.ids.indexOf(id ?? ''); at !== -1 && at < span; at = outline.ids.indexOf(id ?? '', at + 1)) copy += 1;
  return copy;
}
