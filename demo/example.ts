/** One span before and after: what the frontend sent, beside what Tracekeep kept and answers. */
import { bold, dim, green, red } from './screen.ts';
import type { SentSpan } from './telemetry.ts';

/** As much of an OTLP/JSON answer as is compared here. */
interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
}

type KeyValues = readonly { readonly key: string; readonly value: AnyValue }[];

export interface StoredSpan {
  readonly spanId: string;
  readonly name: string;
  readonly attributes?: KeyValues;
  readonly events?: readonly { readonly name: string; readonly attributes?: KeyValues }[];
}

export interface OtlpJson {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly StoredSpan[] }[] }[];
}

export interface Difference {
  readonly place: string;
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  readonly changed: readonly Difference[];
  readonly unchanged: number;
}

/** As wide as the label before a value. */
const INDENT = ' '.repeat(9);
const LINES_SHOWN = 4;

export function findSpan(trace: OtlpJson, spanId: string): StoredSpan | undefined {
  return trace.resourceSpans?.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans)).find((span) => span.spanId === spanId);
}

export function compare(sent: SentSpan, stored: StoredSpan): Comparison {
  const before = new Map([['span name', sent.name], ...Object.entries(sent.attributes).map(([key, value]) => [key, plain(value)] as const)]);
  const after = new Map([['span name', stored.name], ...texts(stored.attributes)]);
  sent.events.forEach(({ name, attributes }, at) => {
    for (const [key, value] of Object.entries(attributes)) before.set(`event ${name}: ${key}`, plain(value));
    for (const [key, value] of texts(stored.events?.[at]?.attributes)) after.set(`event ${name}: ${key}`, value);
  });
  const changed = [...before].filter(([place, text]) => after.get(place) !== text).map(([place, text]) => ({ place, before: text, after: after.get(place) ?? '(removed)' }));
  return { changed, unchanged: before.size - changed.length };
}

export function renderExample(sent: SentSpan, { changed, unchanged }: Comparison, columns: number): string[] {
  const width = Math.max(20, columns - INDENT.length);
  const lines = (label: string, text: string, paint: (text: string) => string): string[] =>
    wrap(text, width).map((line, at) => (at === 0 ? `    ${dim(label)} ${paint(line)}` : INDENT + paint(line)));
  return [
    '',
    bold(`One span before and after: ${sent.name} of ${sent.service}`),
    ...changed.flatMap(({ place, before, after }) => [`  ${place}`, ...lines('sent', before, red), ...lines('kept', after, green)]),
    dim(`  The other ${unchanged} values are as they were sent.`),
    '',
  ];
}

/** Cut into lines of at most `width`; what does not fit in the lines shown ends in an ellipsis. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length && lines.length < LINES_SHOWN; at += width) lines.push(text.slice(at, at + width));
  if (text.length > LINES_SHOWN * width) lines.push('…');
  return lines;
}

function texts(attributes: KeyValues = []): [string, string][] {
  return attributes.map(({ key, value }) => [key, plain(unwrap(value))]);
}

function unwrap(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(unwrap);
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? null;
}

/** 64-bit integers are text in OTLP/JSON: numbers and their text compare as equal. */
function plain(value: unknown): string {
  return Array.isArray(value) ? value.map(plain).join(', ') : String(value);
}
