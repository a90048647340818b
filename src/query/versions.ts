/**
 * Spans of a trace that carry the same id. Equal ones are a span that was stored twice: shown once, with a count. Different ones are versions of
 * it: the one that was stored first comes first, and the others are forged as far as anybody can tell here. Spans come in the order of the store.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Note, Notes, Span } from './span.ts';

export const PLAIN: Note = { version: 1, versions: 1, copies: 1, begunOutside: false };

/** Content of so many spans is compared before everything else on this thread gets a turn. */
const TURN_SPANS = 1_000;

/** The spans without repetitions, and what is to be said of them. */
export async function noteSpans(stored: readonly Span[]): Promise<{ readonly spans: Span[]; readonly notes: Notes }> {
  const ids = new Set<string>();
  const repeated = new Set<string>();
  for (const { spanId } of stored) {
    if (ids.has(spanId)) repeated.add(spanId);
    ids.add(spanId);
  }
  const notes = new Map<Span, Note>();
  const again = await repetitionsOf(stored, repeated, notes);
  const spans = again.size === 0 ? [...stored] : stored.filter((span) => !again.has(span));
  for (const span of spans) if (isBegunOutside(span, ids)) notes.set(span, { ...(notes.get(span) ?? PLAIN), begunOutside: true });
  return { spans, notes };
}

/** Notes the versions of spans, and returns those that repeat one. */
async function repetitionsOf(stored: readonly Span[], repeated: ReadonlySet<string>, notes: Map<Span, Note>): Promise<ReadonlySet<Span>> {
  const again = new Set<Span>();
  if (repeated.size === 0) return again;
  const groups = new Map<string, Map<string, Span[]>>();
  let compared = 0;
  for (const span of stored) {
    if (!repeated.has(span.spanId)) continue;
    if (++compared % TURN_SPANS === 0) await nextTurn();
    const versions = groups.get(span.spanId) ?? new Map<string, Span[]>();
    groups.set(span.spanId, versions);
    const content = contentOf(span);
    const equal = versions.get(content);
    if (equal === undefined) versions.set(content, [span]);
    else {
      equal.push(span);
      again.add(span);
    }
  }
  for (const versions of groups.values()) {
    let version = 0;
    for (const [first, ...others] of versions.values()) {
      version++;
      if (first !== undefined) notes.set(first, { version, versions: versions.size, copies: 1 + others.length, begunOutside: false });
    }
  }
  return again;
}

/** All that was stored of it. */
function contentOf(span: Span): string {
  return JSON.stringify(span, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** OTLP 1.11, trace.proto `SpanFlags`: whether it is known that the parent is remote, and whether it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
const SERVER = 2;
const CONSUMER = 5;

function isBegunOutside({ parentSpanId, flags, kind }: Span, ids: ReadonlySet<string>): boolean {
  if (parentSpanId === '' || ids.has(parentSpanId)) return false;
  return (flags & HAS_IS_REMOTE) !== 0 ? (flags & IS_REMOTE) !== 0 : kind === SERVER || kind === CONSUMER;
}
