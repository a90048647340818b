/**
 * A trace as columns, the way `GET /api/v1/traces/:id/outline` answers it: one place per span in typed arrays, in the order of their starts, so
 * that 50,000 spans need no object each. Times are nanoseconds from the start of the trace.
 */

type Numbers = readonly number[];

export interface KindCount {
  readonly kind: string;
  readonly count: number;
}

/** What was replaced of a kind in a trace, and by which rules, each once; `rule: null`: no rule names it. */
export interface ReplacedKind extends KindCount {
  readonly rules: readonly { readonly rule: string | null; readonly action: string }[];
  /** Of what was sealed: attribute keys, or `status.message`. */
  readonly fields?: readonly string[];
}

export interface OutlineAnswer {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly more: boolean;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly spans: { readonly id: readonly string[] } & Readonly<Record<'parent' | 'service' | 'name' | 'start' | 'duration' | 'kind' | 'status' | 'events' | 'exceptions' | 'minimized' | 'orphan' | 'begunOutside', Numbers>> & { readonly hidden?: Numbers };
  readonly versions: Readonly<Record<'span' | 'version' | 'of' | 'copies' | 'forged', Numbers>>;
  readonly eventTimes: Readonly<Record<'span' | 'at' | 'error', Numbers>>;
  readonly minimized: readonly ReplacedKind[];
}

/** One of several versions of a span, in the order in which they were stored. All but the first are forged, as far as the server can tell. */
export interface SpanVersion {
  readonly version: number;
  readonly of: number;
  /** How often it was stored; it is shown once. */
  readonly copies: number;
  readonly forged: boolean;
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
  /** Its parent is in another process and not in the trace. */
  readonly begunOutside: Uint8Array;
  /** Policy shows whoever looks no more of the span than this. */
  readonly hidden: Uint8Array;
  /** Of spans whose id occurs more than once. */
  readonly versions: ReadonlyMap<number, SpanVersion>;
  /** Events of span `s` lie in `eventAt` from `eventFrom[s]` to before `eventFrom[s + 1]`. */
  readonly eventFrom: Uint32Array;
  readonly eventAt: Float64Array;
  readonly eventError: Uint8Array;
  readonly minimizedKinds: readonly ReplacedKind[];
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
    begunOutside: Uint8Array.from(spans.begunOutside),
    hidden: spans.hidden === undefined ? new Uint8Array(size) : Uint8Array.from(spans.hidden),
    versions: versionsOf(answer.versions),
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

/** Which of several versions of a span this one is, as the API counts them. */
export function copyOf(outline: Outline, span: number): number {
  return (outline.versions.get(span)?.version ?? 1) - 1;
}

function versionsOf({ span, version, of, copies, forged }: OutlineAnswer['versions']): ReadonlyMap<number, SpanVersion> {
  return new Map(span.map((place, at) => [place, { version: version[at] ?? 1, of: of[at] ?? 1, copies: copies[at] ?? 1, forged: forged[at] === 1 }]));
}
