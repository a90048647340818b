/** The values of a span by the places that statements name: `attributes.user.email`, `events.0.exception.message`, `name`. */
import type { ValueType } from '#policy';
import type { Attribute, Span } from '#query/span';
import { groupAttributes } from './judge.ts';

export interface PlacedValue {
  /** Of arrays and maps the texts in them. */
  readonly text: string;
  /** Undefined where the value has none. */
  readonly type: ValueType | undefined;
}

const TYPES: Readonly<Record<string, ValueType>> = { s: 'string', b: 'bool', i: 'int', d: 'double', a: 'array', m: 'map', x: 'bytes' };
const MEMBERS: Readonly<Record<string, ValueType>> = { stringValue: 'string', boolValue: 'bool', intValue: 'int', doubleValue: 'double', arrayValue: 'array', kvlistValue: 'map', bytesValue: 'bytes' };
const INDEXED = /^(events|links)\.([0-9]{1,10})\.(.*)$/s;

/** The value at a stated place; undefined if the span has none there (any more). */
export function valueAt(span: Span, place: string): PlacedValue | undefined {
  const text = textAt(span, place);
  if (text !== undefined) return { text, type: 'string' };
  const [, list, index, key = ''] = INDEXED.exec(place) ?? [];
  if (list === 'events') return ofAttribute(span.events[Number(index)]?.attributes, key);
  if (list === 'links') return ofAttribute(span.links[Number(index)]?.attributes, key);
  if (place.startsWith('resource.')) return ofGroup(span.resource, place.slice('resource.'.length));
  if (place.startsWith('scope.')) return ofGroup(span.scope, place.slice('scope.'.length));
  return ofAttribute(span.attributes, place.slice('attributes.'.length));
}

function textAt(span: Span, place: string): string | undefined {
  if (place === 'name') return span.name;
  if (place === 'status.message') return span.statusMessage;
  if (place === 'trace_state') return span.traceState;
  const [, list, index, key] = INDEXED.exec(place) ?? [];
  if (list === 'events' && key === 'name') return span.events[Number(index)]?.name;
  if (list === 'links' && key === 'trace_state') return span.links[Number(index)]?.traceState;
  if (place === 'resource.schema_url') return memberOf(span.resource, 'schemaUrl');
  if (place === 'scope.schema_url') return memberOf(span.scope, 'schemaUrl');
  if (place === 'scope.name') return memberOf(span.scope, 'name');
  if (place === 'scope.version') return memberOf(span.scope, 'version');
  return undefined;
}

function memberOf(group: string, name: string): string | undefined {
  const member = (JSON.parse(group) as Readonly<Record<string, unknown>>)[name];
  return typeof member === 'string' ? member : undefined;
}

function ofAttribute(attributes: readonly Attribute[] | undefined, key: string): PlacedValue | undefined {
  const attribute = attributes?.find((one) => one.key === key);
  if (attribute === undefined) return undefined;
  const { type, text } = attribute;
  return { text: type === 'a' || type === 'm' ? textsIn(text) : type === 'x' ? Buffer.from(text, 'base64').toString('utf8') : text, type: TYPES[type] };
}

function ofGroup(group: string, key: string): PlacedValue | undefined {
  const value = groupAttributes(group).find((attribute) => attribute.key === key)?.value;
  const [member] = Object.entries(value ?? {});
  if (member === undefined) return undefined;
  const [name, content] = member;
  return { text: typeof content === 'object' ? textsIn(JSON.stringify(value)) : String(content), type: MEMBERS[name] };
}

/** The texts in an array or map, one after another. */
function textsIn(json: string): string {
  const texts: string[] = [];
  JSON.parse(json, (name, value: unknown) => {
    if (MEMBERS[name] !== undefined && (typeof value === 'string' || typeof value === 'number')) texts.push(String(value));
    return value;
  });
  return texts.join(' ');
}
