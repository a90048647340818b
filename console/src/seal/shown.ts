/**
 * Whether the page shows what was proved. A server could draw one trace and prove another: every span that is drawn has to be one of those that the evidence
 * proves, field by field, and none that is proved may be missing.
 */
import type { Outline } from '#outline/outline.ts';

/** A span of the evidence, as the outline would have it. */
export interface ProvenSpan {
  readonly spanId: string;
  /** Empty for none. */
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly duration: bigint;
  readonly kind: number;
  readonly flags: number;
  readonly status: number;
  readonly events: number;
  readonly exceptions: number;
  /** Values that were replaced in the span itself. */
  readonly minimized: number;
  /** Which of how many versions with this id, from 1 in the order of the log, and how often it was stored. */
  readonly version: number;
  readonly versions: number;
  readonly copies: number;
}

export type Shown = Pick<Outline, 'startTimeUnixNano' | 'more' | 'services' | 'names' | 'size' | 'ids' | 'parent' | 'service' | 'name' | 'start' | 'duration' | 'kind' | 'status' | 'events' | 'exceptions' | 'minimized' | 'orphan' | 'begunOutside' | 'hidden' | 'versions'>;

export interface Difference {
  /** The place of the span in the outline; -1: it is proved, and not shown. */
  readonly span: number;
  readonly spanId: string;
  /** What differs from the proved span of this id; empty if none of this id is proved, or shown. */
  readonly fields: readonly string[];
}

const FIELDS = ['parent', 'service', 'name', 'start', 'duration', 'kind', 'status', 'events', 'exceptions', 'values replaced', 'where it was begun', 'version', 'copies'] as const;

/** OTLP SpanFlags: whether it is known that the parent is in another process, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
const [SERVER, CONSUMER] = [2, 5];

/** Enough to name; how many there are is counted. */
export const DIFFERENCES_MAX = 1_000;

/** Spans that are drawn as outlines alone are passed over: nothing is proved of them, and the page says that they are hidden. */
export function differences(shown: Shown, proven: readonly ProvenSpan[], differences_max = DIFFERENCES_MAX): Difference[] {
  const begin = BigInt(shown.startTimeUnixNano);
  const shownIds = new Set(shown.ids);
  // Of each id, the proved spans that no shown one has taken yet.
  const left = new Map<string, string[][]>();
  for (const span of proven) {
    const fields = provenFields(span, begin, shownIds);
    const same = left.get(span.spanId);
    if (same === undefined) left.set(span.spanId, [fields]);
    else same.push(fields);
  }
  const found: Difference[] = [];
  const unmatched: { readonly span: number; readonly fields: string[] }[] = [];
  for (let span = 0; span < shown.size; span += 1) {
    if (shown.hidden[span] === 1) continue;
    const fields = shownFields(shown, span);
    const same = left.get(shown.ids[span] ?? '') ?? [];
    const at = same.findIndex((other) => other.every((text, field) => text === fields[field]));
    if (at === -1) unmatched.push({ span, fields });
    else same.splice(at, 1);
  }
  for (const { span, fields } of unmatched) {
    const spanId = shown.ids[span] ?? '';
    const other = left.get(spanId)?.shift();
    found.push({ span, spanId, fields: other === undefined ? [] : FIELDS.filter((_, field) => other[field] !== fields[field]) });
    if (found.length >= differences_max) return found;
  }
  // Of a trace that is too large, the page shows the first spans and says so.
  if (shown.more) return found;
  for (const [spanId, rest] of left) for (const _ of rest) if (found.length < differences_max) found.push({ span: -1, spanId, fields: [] });
  return found;
}

function shownFields(shown: Shown, span: number): string[] {
  const parent = shown.parent[span] ?? -1;
  const above = parent === -1 ? (shown.orphan[span] === 1 ? 'elsewhere' : 'none') : (shown.ids[parent] ?? 'none');
  const { version, of, copies } = shown.versions.get(span) ?? { version: 1, of: 1, copies: 1 };
  const numbers = [shown.start, shown.duration, shown.kind, shown.status, shown.events, shown.exceptions, shown.minimized, shown.begunOutside].map((column) => String(column[span] ?? 0));
  return [above, shown.services[shown.service[span] ?? 0] ?? '', shown.names[shown.name[span] ?? 0] ?? '', ...numbers, `${version} of ${of}`, String(copies)];
}

function provenFields(span: ProvenSpan, begin: bigint, shownIds: ReadonlySet<string>): string[] {
  const parent = span.parentSpanId === '' ? 'none' : shownIds.has(span.parentSpanId) ? span.parentSpanId : 'elsewhere';
  const isRemote = (span.flags & HAS_IS_REMOTE) !== 0 ? (span.flags & IS_REMOTE) !== 0 : span.kind === SERVER || span.kind === CONSUMER;
  // As numbers, which is how the page has them: what it cannot tell apart is no difference.
  const numbers = [Number(span.start - begin), Number(span.duration), span.kind, span.status, span.events, span.exceptions, span.minimized, parent === 'elsewhere' && isRemote ? 1 : 0].map(String);
  return [parent, span.service, span.name, ...numbers, `${span.version} of ${span.versions}`, String(span.copies)];
}
