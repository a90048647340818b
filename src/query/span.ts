/**
 * A span as it is read back: the row of `spans` with its parallel arrays joined again. Values stay the text that was stored,
 * with the character that says what the sender's value was, so that nothing is lost before an answer is written.
 */

import { HIDDEN_TYPE } from './hidden-keys.ts';

/** `s` string, `i` int64, `d` double, `b` bool, `x` bytes in base64, `a` array and `m` kvlist as OTLP/JSON, `n` no value, `h` a value that this reader does not see. */
export interface Attribute {
  readonly key: string;
  readonly type: string;
  readonly text: string;
}

export interface SpanEvent {
  readonly time: bigint;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly dropped: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: readonly Attribute[];
  readonly dropped: number;
}

/** What minimization did at one place of the span. */
export interface Minimized {
  readonly place: string;
  readonly kind: string;
  readonly count: number;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  /** Nanoseconds; negative when the sender's end lies before its start. */
  readonly duration: bigint;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly service: string;
  /** OTLP/JSON object: attributes, droppedAttributesCount, schemaUrl. */
  readonly resource: string;
  /** OTLP/JSON object: name, version, attributes, droppedAttributesCount, schemaUrl. */
  readonly scope: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly minimized: readonly Minimized[];
  /** Policy shows this reader only when it was, how long and of which kind: its name is `[hidden]`, and there is nothing else. */
  readonly isOutline?: true;
}

/** What is to be said of a span beside what was sent. */
export interface Note {
  /** In the order in which they were stored, from 1, of so many. */
  readonly version: number;
  readonly versions: number;
  /** How often this version was stored. */
  readonly copies: number;
  /** Its parent is in another process, and not in this trace: it began where nothing reports to this server, or claims so. */
  readonly begunOutside: boolean;
}

/** Only of spans of which there is something to say. */
export type Notes = ReadonlyMap<Span, Note>;

export interface Trace {
  readonly traceId: string;
  /** By start; what was stored twice is here once. */
  readonly spans: readonly Span[];
  readonly notes?: Notes;
  /** The trace holds more spans than an answer carries. */
  readonly more: boolean;
}

/** A row of `sql/trace.sql`. */
export interface SpanRow {
  readonly atBlock: string;
  readonly atRow: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly spanFlags: number;
  readonly spanName: string;
  readonly spanKind: number;
  readonly startNano: string;
  readonly durationNano: string;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly serviceName: string;
  readonly resourceText: string;
  readonly scopeText: string;
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly types: string;
  readonly droppedAttributes: number;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
  readonly eventTimes: readonly string[];
  readonly eventNames: readonly string[];
  readonly eventKeys: readonly (readonly string[])[];
  readonly eventTexts: readonly (readonly string[])[];
  readonly eventTypes: readonly string[];
  readonly eventDropped: readonly number[];
  readonly linkTraceIds: readonly string[];
  readonly linkSpanIds: readonly string[];
  readonly linkTraceStates: readonly string[];
  readonly linkFlags: readonly number[];
  readonly linkKeys: readonly (readonly string[])[];
  readonly linkTexts: readonly (readonly string[])[];
  readonly linkTypes: readonly string[];
  readonly linkDropped: readonly number[];
  readonly minimizedPlaces: readonly string[];
  readonly minimizedKinds: readonly string[];
  readonly minimizedCounts: readonly number[];
  /** Only for readers of whom some spans are hidden. */
  readonly isOutline?: number;
}

export function spanOf(row: SpanRow): Span {
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    parentSpanId: parentOf(row.parentSpanId),
    traceState: row.traceState,
    flags: row.spanFlags,
    name: row.spanName,
    kind: row.spanKind,
    start: BigInt(row.startNano),
    duration: BigInt(row.durationNano),
    statusCode: row.statusCode,
    statusMessage: row.statusMessage,
    service: row.serviceName,
    resource: row.resourceText,
    scope: row.scopeText,
    attributes: attributesOf(row.keys, row.texts, row.types),
    droppedAttributes: row.droppedAttributes,
    droppedEvents: row.droppedEvents,
    droppedLinks: row.droppedLinks,
    events: row.eventTimes.map((time, at) => ({
      time: BigInt(time),
      name: row.eventNames[at] ?? '',
      attributes: attributesOf(row.eventKeys[at] ?? [], row.eventTexts[at] ?? [], row.eventTypes[at] ?? ''),
      dropped: row.eventDropped[at] ?? 0,
    })),
    links: row.linkTraceIds.map((traceId, at) => ({
      traceId,
      spanId: row.linkSpanIds[at] ?? '',
      traceState: row.linkTraceStates[at] ?? '',
      flags: row.linkFlags[at] ?? 0,
      attributes: attributesOf(row.linkKeys[at] ?? [], row.linkTexts[at] ?? [], row.linkTypes[at] ?? ''),
      dropped: row.linkDropped[at] ?? 0,
    })),
    minimized: row.minimizedPlaces.map((place, at) => ({ place, kind: row.minimizedKinds[at] ?? '', count: row.minimizedCounts[at] ?? 0 })),
    ...(row.isOutline === 1 ? { isOutline: true } : {}),
  };
}

/** Where values of a span are hidden, as what was minimized states it. */
export function hiddenPlaces({ attributes, events, links }: Span): string[] {
  const within = (prefix: string, list: readonly Attribute[]): string[] => list.flatMap(({ key, type }) => (type === HIDDEN_TYPE ? [`${prefix}.${key}`] : []));
  return [...within('attributes', attributes), ...events.flatMap((event, at) => within(`events.${at}`, event.attributes)), ...links.flatMap((link, at) => within(`links.${at}`, link.attributes))];
}

/** The store keeps an absent parent as eight zero bytes; OTLP says it by an empty field. */
function parentOf(id: string): string {
  return id === '0000000000000000' ? '' : id;
}

function attributesOf(keys: readonly string[], texts: readonly string[], types: string): Attribute[] {
  return keys.map((key, at) => ({ key, type: types[at] ?? 's', text: texts[at] ?? '' }));
}
