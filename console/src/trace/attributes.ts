/** OTLP/JSON values as people read them, and what minimization did to each attribute. */
import type { KindDone } from '#outline/minimized-words.ts';
import type { KindCount } from '#outline/outline.ts';

export interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly boolValue?: boolean;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
  /** It is sealed, and stands open for the moment. */
  readonly opened?: true;
}

export interface MinimizedPlace extends KindCount {
  /** Id of the rule that did it; null: no rule names it, and what is recognized is replaced. Absent, with `action`: the policy is not known, or it was none. */
  readonly rule?: string | null;
  readonly action?: string;
  /** `attributes.url.full`, `events.0.exception.message`, `resource.host.ip`, `name`, `status.message`; ` (key)` after it: the key itself. */
  readonly place: string;
}

export interface SpanEvent {
  readonly timeUnixNano: string;
  readonly name?: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly attributes?: readonly KeyValue[];
}

export interface SpanAnswer {
  readonly resource: { readonly attributes?: readonly KeyValue[]; readonly droppedAttributesCount?: number };
  readonly scope: { readonly name?: string; readonly version?: string; readonly attributes?: readonly KeyValue[]; readonly droppedAttributesCount?: number };
  readonly span: {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly traceState?: string;
    readonly flags?: number;
    readonly name: string;
    readonly kind?: number;
    readonly startTimeUnixNano: string;
    readonly endTimeUnixNano: string;
    readonly attributes?: readonly KeyValue[];
    readonly droppedAttributesCount?: number;
    readonly events?: readonly SpanEvent[];
    readonly droppedEventsCount?: number;
    readonly links?: readonly SpanLink[];
    readonly droppedLinksCount?: number;
    readonly status?: { readonly message?: string; readonly code?: number };
  };
  readonly minimized: readonly MinimizedPlace[];
}

/** One line for plain values, indented JSON for lists and maps. */
export function valueText(value: AnyValue | undefined): string {
  const plain = plainValue(value);
  if (plain === null) return 'no value';
  return typeof plain === 'object' ? JSON.stringify(plain, null, 2) : String(plain);
}

/** Whether a search for `key=value` finds it: lists, maps and bytes are not searched by value. */
export function isSearchable(value: AnyValue | undefined): boolean {
  return value !== undefined && (value.stringValue !== undefined || value.intValue !== undefined || value.doubleValue !== undefined || value.boolValue !== undefined);
}

export function textOf(attributes: readonly KeyValue[] | undefined, key: string): string {
  const found = attributes?.find((one) => one.key === key);
  return found === undefined ? '' : valueText(found.value);
}

function plainValue(value: AnyValue | undefined): unknown {
  if (value === undefined) return null;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return Object.fromEntries((value.kvlistValue.values ?? []).map((one) => [one.key, plainValue(one.value)]));
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? value.bytesValue ?? null;
}

/** What was done at each place that begins with a prefix, by what follows it. */
export function minimizedAt(minimized: readonly MinimizedPlace[], prefix: string): Map<string, KindDone[]> {
  const found = new Map<string, KindDone[]>();
  for (const { place, kind, count, action } of minimized) {
    if (!place.startsWith(prefix)) continue;
    const key = place.slice(prefix.length).replace(/ \(key\)$/, '');
    found.set(key, [...(found.get(key) ?? []), { kind, count, ...(action === undefined ? {} : { action }) }]);
  }
  return found;
}

/** `the value of url.full`, `the span's name`: a place in words. */
export function placeWords(place: string): string {
  const bare = place.replace(/ \(key\)$/, '');
  const what = bare === place ? '' : 'the name of ';
  const event = /^(event|link)s\.([0-9]+)\.(.*)$/s.exec(bare);
  if (event !== null) return `${what}${event[3]} of ${event[1]} ${Number(event[2]) + 1}`;
  if (bare === 'name') return 'the span’s name';
  if (bare === 'status.message') return 'the status message';
  if (bare === 'trace_state') return 'the trace state';
  if (bare.startsWith('attributes.')) return `${what}${bare.slice('attributes.'.length)}`;
  if (bare.startsWith('resource.')) return `${what}${bare.slice('resource.'.length)} of the resource`;
  if (bare.startsWith('scope.')) return `${what}${bare.slice('scope.'.length)} of the scope`;
  return `${what}${bare}`;
}
