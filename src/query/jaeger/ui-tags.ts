/**
 * Tags of Jaeger's UI model (`{key, type, value}` with type string, bool, int64, float64 or binary), written as JSON text. Types follow
 * the translation that Jaeger itself uses (OpenTelemetry Collector, translator/jaeger): bytes are base64, arrays and maps JSON in a string.
 */
import type { Attribute } from '#query/span';
import { fieldsOf, listOf } from './json-fields.ts';

/** OTLP span kinds by number, as the tag `span.kind` names them. Unspecified has no tag. */
export const SPAN_KINDS: readonly string[] = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

export function stringTag(key: string, value: string): string {
  return tag(key, 'string', JSON.stringify(value));
}

export function tag(key: string, type: 'string' | 'bool' | 'int64' | 'float64' | 'binary', json: string): string {
  return `{"key":${JSON.stringify(key)},"type":"${type}","value":${json}}`;
}

const DECIMAL = /^-?[0-9]{1,20}$/;
const DOUBLE = /^-?[0-9]{1,40}(\.[0-9]{1,40})?(e[+-]?[0-9]{1,4})?$/;
const NOT_JSON: readonly string[] = ['NaN', 'Infinity', '-Infinity'];

/** A stored text that does not fit its type is a string. */
export function attributeTag({ key, type, text }: Attribute): string {
  if (type === 'i' && DECIMAL.test(text)) return tag(key, 'int64', integer(text));
  if (type === 'd' && DOUBLE.test(text)) return tag(key, 'float64', text);
  if (type === 'd' && NOT_JSON.includes(text)) return tag(key, 'float64', `"${text}"`);
  if (type === 'b' && (text === 'true' || text === 'false')) return tag(key, 'bool', text);
  if (type === 'x') return tag(key, 'binary', JSON.stringify(text));
  if (type === 'a' || type === 'm') return stringTag(key, plainText(text));
  return stringTag(key, text);
}

/** An attribute of a resource, as OTLP/JSON. */
export function memberTag(member: unknown): string | null {
  const { key, value } = fieldsOf(member);
  if (typeof key !== 'string') return null;
  const [name, content] = Object.entries(fieldsOf(value))[0] ?? [];
  const text = typeof content === 'string' ? content : number(content);
  switch (name) {
    case 'intValue':
      return attributeTag({ key, type: 'i', text });
    case 'doubleValue':
      return attributeTag({ key, type: 'd', text });
    case 'boolValue':
      return attributeTag({ key, type: 'b', text });
    case 'bytesValue':
      return attributeTag({ key, type: 'x', text });
    case 'arrayValue':
    case 'kvlistValue':
      return stringTag(key, plain(value, 0));
    default:
      return stringTag(key, text);
  }
}

/** What JavaScript cannot hold goes out as text. */
function integer(text: string): string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? String(value) : `"${text}"`;
}

/** OTLP/JSON of an array or map as the JSON that people would write: `["a",1]`, `{"k":true}`. */
function plainText(otlp: string): string {
  try {
    return plain(JSON.parse(otlp), 0);
  } catch {
    return otlp;
  }
}

/** Values nest no deeper when they are taken in; this is for what else may stand in the store. */
const NESTING_MAX = 64;

function plain(value: unknown, depth: number): string {
  const [name, content] = Object.entries(fieldsOf(value))[0] ?? [];
  if (depth > NESTING_MAX || name === undefined) return 'null';
  const items = listOf(fieldsOf(content)['values']);
  if (name === 'arrayValue') return `[${items.map((item) => plain(item, depth + 1)).join(',')}]`;
  if (name === 'kvlistValue') return `{${items.map(fieldsOf).map((item) => `${JSON.stringify(String(item['key'] ?? ''))}:${plain(item['value'], depth + 1)}`).join(',')}}`;
  if (name === 'intValue' && typeof content === 'string' && DECIMAL.test(content)) return content;
  return typeof content === 'string' ? JSON.stringify(content) : number(content);
}

/** Numbers and booleans; the sign of -0 included. */
function number(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
