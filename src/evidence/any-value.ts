/**
 * The values of attributes as letter and text: what a span entry says of an OTLP `AnyValue`, and what is stored of it. Two documents whose values have
 * the same letters and texts say the same, so an int may stand as text or as number, and nothing else in two ways.
 */
import { fromBase64 } from '#merkle';
import { listOf, malformed, type Members, membersOf, textOf } from './reading.ts';

const LETTERS = ['n', 's', 'b', 'i', 'd', 'a', 'm', 'x'] as const;

export interface Value {
  readonly letter: (typeof LETTERS)[number];
  readonly text: string;
}

const KINDS: ReadonlySet<string> = new Set(['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue']);
const LIST: ReadonlySet<string> = new Set(['values']);
const KEY_VALUE: ReadonlySet<string> = new Set(['key', 'value']);
const NOT_SET: Value = { letter: 'n', text: '' };
const INT_MIN = -(1n << 63n);
const INT_MAX = (1n << 63n) - 1n;
/** Doubles that JSON has no number for, or whose sign some readers lose. */
const DOUBLE_TEXTS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

export function isLetter(value: unknown): value is Value['letter'] {
  return LETTERS.some((letter) => letter === value);
}

/** Letter and text of an AnyValue as OTLP/JSON; absent is not set. */
export function valueOf(any: unknown): Value {
  if (any === undefined) return NOT_SET;
  const members = membersOf(any, 'value', KINDS);
  const [kind, more] = Object.keys(members);
  if (kind === undefined) return NOT_SET;
  if (more !== undefined) throw malformed('value: two values in one');
  const value = members[kind];
  switch (kind) {
    case 'stringValue':
      if (typeof value !== 'string') throw malformed(kind);
      return { letter: 's', text: value };
    case 'boolValue':
      if (typeof value !== 'boolean') throw malformed(kind);
      return { letter: 'b', text: String(value) };
    case 'intValue':
      return { letter: 'i', text: intText(value) };
    case 'doubleValue':
      return { letter: 'd', text: doubleText(value) };
    case 'arrayValue':
      return { letter: 'a', text: nestedText(kind, members) };
    case 'kvlistValue':
      return { letter: 'm', text: nestedText(kind, members) };
    default:
      if (typeof value !== 'string' || fromBase64(value) === undefined) throw malformed(kind);
      return { letter: 'x', text: value };
  }
}

/** The text of an array or kvlist: OTLP/JSON in RFC 8785 form. Names stand in the order of their characters already. */
function nestedText(kind: 'arrayValue' | 'kvlistValue', members: Members): string {
  const values = listOf(membersOf(members[kind], kind, LIST)['values'], 'values');
  const texts = values.map(kind === 'arrayValue' ? anyText : keyValueText);
  return `{"${kind}":{"values":[${texts.join(',')}]}}`;
}

function keyValueText(entry: unknown): string {
  const { key, value } = membersOf(entry, 'values', KEY_VALUE);
  return `{"key":${JSON.stringify(textOf(key, 'key'))},"value":${anyText(value)}}`;
}

function anyText(any: unknown): string {
  const { letter, text } = valueOf(any);
  switch (letter) {
    case 'n':
      return '{}';
    case 's':
      return `{"stringValue":${JSON.stringify(text)}}`;
    case 'b':
      return `{"boolValue":${text}}`;
    case 'i':
      return `{"intValue":"${text}"}`;
    case 'd':
      return DOUBLE_TEXTS.has(text) ? `{"doubleValue":"${text}"}` : `{"doubleValue":${text}}`;
    case 'x':
      return `{"bytesValue":"${text}"}`;
    default:
      return text;
  }
}

function intText(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || !/^(?:0|-?[1-9]\d{0,18})$/u.test(value)) throw malformed('intValue');
  const int = BigInt(value);
  if (int < INT_MIN || int > INT_MAX) throw malformed('intValue');
  return value;
}

/** The shortest decimal that reads back to the double. */
function doubleText(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (DOUBLE_TEXTS.has(value)) return String(value);
  throw malformed('doubleValue');
}
