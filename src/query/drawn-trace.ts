/**
 * The part of a trace that a drawing needs, from an OTLP/JSON answer of the query API. The answer is not trusted to be well formed:
 * what is missing is empty.
 */
import { MINIMIZED_KEY } from './otlp-json.ts';
import type { Minimized } from './span.ts';

export interface DrawnSpan {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly duration: bigint;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly events: readonly { readonly time: bigint; readonly name: string }[];
  readonly minimized: readonly Minimized[];
  /** Of so many versions with different contents, in the order in which they were stored; 1 of 1 without others. */
  readonly version?: number;
  readonly versions?: number;
  readonly copies?: number;
  readonly begunOutside?: boolean;
}

export interface DrawnTrace {
  readonly traceId: string;
  readonly spans: readonly DrawnSpan[];
  /** The trace holds more spans than these. */
  readonly more: boolean;
}

export function readOtlpTrace(answer: unknown, more = false): DrawnTrace {
  const spans: DrawnSpan[] = [];
  let traceId = '';
  const notes = new Map(listOf(field(answer, 'notes')).map((note) => [field(note, 'span'), note]));
  for (const resourceSpans of listOf(field(answer, 'resourceSpans'))) {
    const service = attribute(field(resourceSpans, 'resource'), 'service.name') ?? 'unknown_service';
    for (const scopeSpans of listOf(field(resourceSpans, 'scopeSpans'))) {
      for (const span of listOf(field(scopeSpans, 'spans'))) {
        traceId ||= textOf(field(span, 'traceId'));
        spans.push(readSpan(span, service, notes.get(spans.length)));
      }
    }
  }
  return { traceId, spans, more };
}

function readSpan(span: unknown, service: string, note: unknown): DrawnSpan {
  const start = nanosOf(field(span, 'startTimeUnixNano'));
  return {
    spanId: textOf(field(span, 'spanId')),
    parentSpanId: textOf(field(span, 'parentSpanId')),
    service,
    name: textOf(field(span, 'name')),
    start,
    duration: BigInt.asIntN(64, nanosOf(field(span, 'endTimeUnixNano')) - start),
    statusCode: Number(field(field(span, 'status'), 'code') ?? 0),
    statusMessage: textOf(field(field(span, 'status'), 'message')),
    events: listOf(field(span, 'events')).map((event) => ({ time: nanosOf(field(event, 'timeUnixNano')), name: textOf(field(event, 'name')) })),
    minimized: listOf(field(field(valueOf(span, MINIMIZED_KEY), 'arrayValue'), 'values')).flatMap((one) => readMinimized(textOf(field(one, 'stringValue')))),
    version: countOf(field(note, 'version')),
    versions: countOf(field(note, 'versions')),
    copies: countOf(field(note, 'copies')),
    begunOutside: field(note, 'begunOutside') === true,
  };
}

/** `attributes.url.full: 1 email`, as `otlp-json.ts` writes it. */
function readMinimized(text: string): Minimized[] {
  const at = text.lastIndexOf(': ');
  const [, count = '', kind = ''] = /^([0-9]{1,10}) (.{1,64})$/.exec(text.slice(at + 2)) ?? [];
  return at === -1 || count === '' ? [] : [{ place: text.slice(0, at), kind, count: Number(count) }];
}

function attribute(owner: unknown, key: string): string | undefined {
  const text = textOf(field(valueOf(owner, key), 'stringValue'));
  return text === '' ? undefined : text;
}

function valueOf(owner: unknown, key: string): unknown {
  return field(listOf(field(owner, 'attributes')).findLast((one) => field(one, 'key') === key), 'value');
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const countOf = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 1);

function nanosOf(value: unknown): bigint {
  const text = typeof value === 'number' ? String(value) : textOf(value);
  return /^[0-9]{1,20}$/.test(text) ? BigInt(text) : 0n;
}
