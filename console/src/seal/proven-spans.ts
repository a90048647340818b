/** The spans of evidence that was checked, as the outline and the details of the page have them. */
import type { Evidence, Proved } from '#evidence';
import { sha256 } from './sha256.ts';
import type { ProvenSpan } from './shown.ts';

type Members = Readonly<Record<string, unknown>>;

const ID_BYTES = 8;
/** Of SHA-256: enough that nobody finds another content with the same. */
const DIGEST_BYTES = 32;
const CONTENT_BYTES = ID_BYTES + DIGEST_BYTES;

interface MinimizedPlace {
  readonly place: string;
  readonly kind: string;
  readonly count: number;
}

/**
 * The versions of spans that the evidence proves: equal ones are one, counted, in the order of the log. `proved` is what checking the document gave, so every
 * span has its form.
 */
export function provenSpans(evidence: Evidence, proved: Proved): ProvenSpan[] {
  const minimized = minimizedOf(evidence);
  const stored = proved.spans.map((_, at) => at).sort((a, b) => (proved.spans[a]?.index ?? 0) - (proved.spans[b]?.index ?? 0) || (proved.spans[a]?.row ?? 0) - (proved.spans[b]?.row ?? 0));
  const versions = new Map<string, Map<string, { readonly at: number; copies: number }>>();
  for (const at of stored) {
    const id = proved.spans[at]?.spanId ?? '';
    const known = versions.get(id);
    if (known === undefined) {
      versions.set(id, new Map([['', { at, copies: 1 }]]));
      continue;
    }
    // Digests are worked out only for ids that occur more than once.
    const first = known.get('');
    if (first !== undefined) {
      known.delete('');
      known.set(versionDigest(evidence, first.at, minimized), first);
    }
    const digest = versionDigest(evidence, at, minimized);
    const equal = known.get(digest);
    if (equal === undefined) known.set(digest, { at, copies: 1 });
    else equal.copies += 1;
  }
  return [...versions.values()].flatMap((of) => [...of.values()].map(({ at, copies }, version) => provenSpan(evidence, proved, at, { copies, version: version + 1, versions: of.size }, minimized[at] ?? [])));
}

function provenSpan(evidence: Evidence, proved: Proved, at: number, counts: Pick<ProvenSpan, 'copies' | 'version' | 'versions'>, minimized: readonly MinimizedPlace[]): ProvenSpan {
  const { spanId, service, name, start } = proved.spans[at]!;
  const span = evidence.spans[at]?.span as Members;
  const events = listOf(span['events']);
  return {
    spanId, service, name, start, ...counts,
    parentSpanId: text(span['parentSpanId']),
    duration: BigInt.asIntN(64, BigInt(text(span['endTimeUnixNano']) || 0) - start),
    kind: Number(span['kind'] ?? 0),
    flags: Number(span['flags'] ?? 0),
    status: Number((span['status'] as Members | undefined)?.['code'] ?? 0),
    events: events.length,
    exceptions: events.filter(({ name: of }) => of === 'exception').length,
    minimized: minimized.filter(({ place, kind }) => kind !== 'neutralized' && !/^(?:resource|scope)\./u.test(place)).reduce((sum, { count }) => sum + count, 0),
  };
}

/** All that was stored of a span but who sent it. */
function versionDigest({ spans }: Evidence, at: number, minimized: readonly (readonly MinimizedPlace[])[]): string {
  return digestOf({ ...spans[at], minimized: minimized[at] ?? [] }).join();
}

/** What one span says, as the details of the page show it. */
export interface SpanContent {
  readonly resource: unknown;
  readonly scope: unknown;
  readonly span: unknown;
  readonly minimized: unknown;
}

/**
 * Id and digest of the content of every proved span, one after another in one array, which costs the page nothing to receive: with it the details of a span are
 * compared when somebody opens them.
 */
export function contentsOf(evidence: Evidence): Uint8Array<ArrayBuffer> {
  const minimized = minimizedOf(evidence);
  const contents = new Uint8Array(evidence.spans.length * CONTENT_BYTES);
  for (const [at, { resource, scope, span }] of evidence.spans.entries()) {
    contents.set(contentBytes({ resource: resource ?? {}, scope: scope ?? {}, span, minimized: minimized[at] ?? [] }), at * CONTENT_BYTES);
  }
  return contents;
}

/** Whether one of the proved spans says just this. Which rule removed something is what the server works out from its policy, and no part of what was stored. */
export function isProved(contents: Uint8Array, content: SpanContent, omitted: readonly string[] = []): boolean {
  const wanted = contentBytes({ ...withoutValues(content, new Set(omitted)), minimized: Array.isArray(content.minimized) ? content.minimized.map(withoutRule) : content.minimized });
  for (let from = 0; from < contents.length; from += CONTENT_BYTES) {
    let at = 0;
    while (at < CONTENT_BYTES && contents[from + at] === wanted[at]) at += 1;
    if (at === CONTENT_BYTES) return true;
  }
  return false;
}

/** What the server says that a span hides, or which of its values. */
const HIDDEN_KEY = 'tracekeep.hidden';
const STATUS_MESSAGE = 'status.message';

/** As the evidence has it: where a value is hidden, there is none. */
function withoutValues(content: SpanContent, omitted: ReadonlySet<string>): SpanContent {
  if (omitted.size === 0) return content;
  const owner = (value: unknown): unknown => (isMembers(value) && Array.isArray(value['attributes']) ? { ...value, attributes: listOf(value['attributes']).map((one) => (omitted.has(text(one['key'])) ? { ...one, value: {} } : one)) } : value);
  const span = owner(content.span);
  if (!isMembers(span)) return content;
  const { attributes, status, ...rest } = span;
  const told = listOf(attributes).filter(({ key }) => key !== HIDDEN_KEY);
  const { message: _, ...quiet } = isMembers(status) ? status : {};
  return {
    ...content,
    resource: owner(content.resource),
    scope: owner(content.scope),
    span: {
      ...rest,
      ...(status === undefined ? {} : { status: omitted.has(STATUS_MESSAGE) ? quiet : status }),
      ...(told.length === 0 ? {} : { attributes: told }),
      ...Object.fromEntries(['events', 'links'].flatMap((name) => (rest[name] === undefined ? [] : [[name, listOf(rest[name]).map(owner)]]))),
    },
  };
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutRule(statement: unknown): unknown {
  if (typeof statement !== 'object' || statement === null) return statement;
  return Object.fromEntries(Object.entries(statement).filter(([name]) => name !== 'rule' && name !== 'action'));
}

/** Spans with the same content have the same bytes, whatever the order of names. */
function contentBytes({ resource, scope, span, minimized }: SpanContent): Uint8Array {
  const bytes = new Uint8Array(CONTENT_BYTES);
  const id = text((span as Members)['spanId']);
  for (let at = 0; at < ID_BYTES; at += 1) bytes[at] = Number.parseInt(id.slice(2 * at, 2 * at + 2), 16);
  bytes.set(digestOf({ resource, scope, span, minimized }), ID_BYTES);
  return bytes;
}

function digestOf(value: object): Uint8Array {
  return sha256(new TextEncoder().encode(JSON.stringify(ordered(value)))).subarray(0, DIGEST_BYTES);
}

function ordered(value: unknown): unknown {
  // JSON would forget the sign.
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]));
}

/** What stands beside each span, in the order of the spans. */
function minimizedOf({ blocks, spans }: Evidence): (readonly MinimizedPlace[])[] {
  const minimized = new Array<readonly MinimizedPlace[]>(spans.length).fill([]);
  for (const block of blocks) for (const beside of block.spans) minimized[beside.span] = beside.minimized;
  return minimized;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? (value as readonly Members[]) : [];
}
