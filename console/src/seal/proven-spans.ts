/** The spans of evidence that was checked, as the outline and the details of the page have them. */
import type { Evidence, Proved } from '#evidence';
import { sha256 } from './sha256.ts';
import type { ProvenSpan } from './shown.ts';

type Members = Readonly<Record<string, unknown>>;

/** In the order of the document; `proved` is what checking it gave, so every span has its form. */
export function provenSpans(evidence: Evidence, proved: Proved): ProvenSpan[] {
  const minimized = minimizedOf(evidence);
  return proved.spans.map(({ spanId, service, name, start }, at) => {
    const span = evidence.spans[at]?.span as Members;
    const events = listOf(span['events']);
    return {
      spanId, service, name, start,
      parentSpanId: text(span['parentSpanId']),
      duration: BigInt(text(span['endTimeUnixNano']) || 0) - start,
      kind: Number(span['kind'] ?? 0),
      status: Number((span['status'] as Members | undefined)?.['code'] ?? 0),
      events: events.length,
      exceptions: events.filter(({ name: of }) => of === 'exception').length,
      minimized: minimized[at]?.filter(({ place, kind }) => kind !== 'neutralized' && !/^(?:resource|scope)\./u.test(place)).reduce((sum, { count }) => sum + count, 0) ?? 0,
    };
  });
}

/** What one span says, as the details of the page show it. */
export interface SpanContent {
  readonly resource: unknown;
  readonly scope: unknown;
  readonly span: unknown;
  readonly minimized: unknown;
}

/** By span id, a digest of each version's content: with it the details of a span are compared when somebody opens them. */
export function contentsOf(evidence: Evidence): Map<string, string[]> {
  const minimized = minimizedOf(evidence);
  const contents = new Map<string, string[]>();
  for (const [at, { resource, scope, span }] of evidence.spans.entries()) {
    const digest = contentDigest({ resource: resource ?? {}, scope: scope ?? {}, span, minimized: minimized[at] ?? [] });
    const id = text((span as Members)['spanId']);
    contents.set(id, [...(contents.get(id) ?? []), digest]);
  }
  return contents;
}

/** The same for the same content, whatever the order of names. */
export function contentDigest(content: SpanContent): string {
  const bytes = sha256(new TextEncoder().encode(JSON.stringify(ordered({ ...content }))));
  return Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]));
}

/** What stands beside each span, in the order of the spans. */
function minimizedOf({ blocks, spans }: Evidence): (readonly { readonly place: string; readonly kind: string; readonly count: number }[])[] {
  const minimized = new Array<readonly { readonly place: string; readonly kind: string; readonly count: number }[]>(spans.length).fill([]);
  for (const block of blocks) for (const beside of block.spans) minimized[beside.span] = beside.minimized;
  return minimized;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? (value as readonly Members[]) : [];
}
