/**
 * Search filters as SQL. Fragments are written here; everything a caller sent becomes a bound parameter (`{p0:String}`), so that
 * no value is ever part of a statement's text. All filters hold on one and the same span.
 *
 * An attribute is looked for on the span, its events, its resource and its scope, unless a place is named. Values compare as
 * the text they are stored as: `200` finds the integer and the string. `!=`, `!~` want the key to be there with no such value.
 * `=` and `!=` know sealed values as well, for those who may (`sealed-values.ts`); to everything else a sealed value is the text `[sealed]`.
 * `~` is for people: the value contains the text, whatever the case.
 */
import type { Param, Params } from './query-store.ts';
import { NONE_SEALED, type SealedValues, tokensWhere } from './sealed-values.ts';

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '=~', '!~', '~', 'exists'] as const;
export type Operator = (typeof OPERATORS)[number];

export const PLACES = ['any', 'span', 'event', 'resource', 'scope', 'field'] as const;
export type Place = (typeof PLACES)[number];

/** What a span has of its own, by the names that the place `field` knows. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['name', 'name'],
  ['service', 'service'],
  ['message', 'status_message'],
  ['kind', `transform(kind, [0, 1, 2, 3, 4, 5], ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'], '')`],
  ['status', `transform(status_code, [0, 1, 2], ['unset', 'ok', 'error'], '')`],
]);
export const FIELD_NAMES: readonly string[] = [...FIELDS.keys()];

/** With `~` this key means everything a person may have read of a span: its name, service, message, events and all values of attributes. */
const EVERYWHERE = '*';

export interface AttributeFilter {
  readonly place: Place;
  readonly key: string;
  readonly op: Operator;
  /** '' for `exists`. */
  readonly value: string;
}

export interface Filters {
  readonly service?: string;
  readonly operation?: string;
  readonly attributes: readonly AttributeFilter[];
  readonly durationMin_ns?: bigint;
  readonly durationMax_ns?: bigint;
  readonly status?: 'unset' | 'ok' | 'error';
  /** OTLP span kind; `entry`: spans by which a service is entered. */
  readonly kind?: number | 'entry';
}

export interface Condition {
  /** A boolean expression over columns of `spans`; `1` when nothing is asked. */
  readonly sql: string;
  readonly params: Params;
}

/** Server and consumer spans and those without a parent: what figures count as requests of a service. */
const ENTRY = `(kind IN (2, 5) OR parent_span_id = toFixedString('', 8))`;

const STATUS_CODE = { unset: 0, ok: 1, error: 2 } as const;

export function conditionOf(filters: Filters, sealed: SealedValues = NONE_SEALED): Condition {
  const params: Record<string, Param> = {};
  const names = new Map<string, string>();
  const bind: Bind = (value, type) => {
    const name = names.get(`${type} ${value}`) ?? `p${names.size}`;
    names.set(`${type} ${value}`, name);
    params[name] = value;
    return `{${name}:${type}}`;
  };
  const parts: string[] = [];
  if (filters.service !== undefined) parts.push(`service = ${bind(filters.service, 'String')}`);
  if (filters.operation !== undefined) parts.push(`name = ${bind(filters.operation, 'String')}`);
  if (filters.status !== undefined) parts.push(`status_code = ${bind(STATUS_CODE[filters.status], 'Int32')}`);
  if (filters.kind === 'entry') parts.push(ENTRY);
  else if (filters.kind !== undefined) parts.push(`kind = ${bind(filters.kind, 'Int32')}`);
  if (filters.durationMin_ns !== undefined) parts.push(`duration >= ${bind(filters.durationMin_ns, 'Int64')}`);
  if (filters.durationMax_ns !== undefined) parts.push(`duration <= ${bind(filters.durationMax_ns, 'Int64')}`);
  for (const filter of filters.attributes) parts.push(attributeSql(filter, sealed(filter), bind));
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), params };
}

type Bind = (value: string | number | bigint, type: string) => string;

/** How one place answers the two questions asked of it: is the key there, and does its value fulfil a test? */
interface Lookup {
  readonly has: () => string;
  readonly holds: (test: (value: string) => string) => string;
  /** The same as `holds` for equality with a value that is not empty, at less cost. */
  readonly equals: (value: string) => string;
}

function attributeSql({ place, key, op, value }: AttributeFilter, tokens: readonly string[], bind: Bind): string {
  if (op === '~' && place === 'any' && key === EVERYWHERE) return anyText(testOf('~', value, bind));
  const lookups = lookupsOf(place, key, bind);
  // Called only where it is used: every parameter bound stands in the statement.
  const has = (): string => either(lookups.map((one) => one.has()));
  if (op === 'exists') return has();
  const equality = (op === '=' || op === '!=') && value !== '';
  const inClear = lookups.map((one) => (equality ? one.equals(value) : one.holds(testOf(op, value, bind))));
  const holds = either(tokens.length === 0 ? inClear : [...inClear, `(block, row) IN (SELECT block, row FROM sealed_tokens WHERE ${tokensWhere(tokens, bind)})`]);
  return op === '!=' || op === '!~' ? `(${has()} AND NOT ${holds})` : holds;
}

function lookupsOf(place: Place, key: string, bind: Bind): Lookup[] {
  const name = (): string => bind(key, 'String');
  const span: Lookup = {
    has: () => `mapContains(attributes, ${name()})`,
    holds: (test) => `(mapContains(attributes, ${name()}) AND ${test(`attributes[${name()}]`)})`,
    // An absent key reads as ''.
    equals: (value) => `attributes[${name()}] = ${bind(value, 'String')}`,
  };
  const event: Lookup = {
    has: () => `arrayExists(m -> mapContains(m, ${name()}), \`events.attributes\`)`,
    holds: (test) => `arrayExists(m -> mapContains(m, ${name()}) AND ${test(`m[${name()}]`)}, \`events.attributes\`)`,
    equals: (value) => `arrayExists(m -> m[${name()}] = ${bind(value, 'String')}, \`events.attributes\`)`,
  };
  const places: Record<Exclude<Place, 'any'>, () => Lookup> = {
    span: () => span,
    event: () => event,
    resource: () => ownerLookup('resource', key, bind),
    scope: () => ownerLookup('scope', key, bind),
    field: () => fieldLookup(FIELDS.get(key) ?? `''`, bind),
  };
  return place === 'any' ? [span, event, places.resource(), places.scope()] : [places[place]()];
}

/** INVARIANT: `column` is from the table above. */
function fieldLookup(column: string, bind: Bind): Lookup {
  return { has: () => `(${column} != '')`, holds: (test) => test(column), equals: (value) => `${column} = ${bind(value, 'String')}` };
}

function anyText(test: (value: string) => string): string {
  const within = (map: string): string => `arrayExists(v -> ${test('v')}, mapValues(${map}))`;
  return either([
    test('name'), test('service'), test('status_message'), within('attributes'),
    `arrayExists(e -> ${test('e')}, \`events.name\`)`, `arrayExists(m -> ${within('m')}, \`events.attributes\`)`,
  ]);
}

/**
 * Resource and scope are OTLP/JSON text in a dictionary column, so a pattern costs once per distinct text, not per row. The key
 * is looked for as JSON writes it, followed by its value: inside a string the quotes would be escaped, so a value cannot pose as a key.
 */
function ownerLookup(column: 'resource' | 'scope', key: string, bind: Bind): Lookup {
  const written = `{"key":${JSON.stringify(key)},"value":{`;
  // The JSON text of a scalar, with its quotes if it has them; '' for arrays, maps and absent keys.
  const pattern = `${escapePattern(written)}"[a-z]{1,10}Value":("(?:[^"\\\\]|\\\\.)*"|[^"{}\\[\\],]*)`;
  const scalar = (): string => `extract(${column}, ${bind(pattern, 'String')})`;
  return {
    has: () => `(position(${column}, ${bind(written, 'String')}) > 0)`,
    holds: (test) => `(${scalar()} != '' AND ${test(`if(startsWith(${scalar()}, '"'), JSONExtractString(concat('[', ${scalar()}, ']'), 1), ${scalar()})`)})`,
    // Comparing with the value as JSON writes it stays within the dictionary. Numbers and booleans stand there without quotes.
    equals: (value) => {
      const quoted = bind(JSON.stringify(value), 'String');
      return value.startsWith('"') ? `${scalar()} = ${quoted}` : `${scalar()} IN (${quoted}, ${bind(value, 'String')})`;
    },
  };
}

function testOf(op: Exclude<Operator, 'exists'>, value: string, bind: Bind): (text: string) => string {
  switch (op) {
    case '=':
    case '!=': {
      const bound = bind(value, 'String');
      return (text) => `${text} = ${bound}`;
    }
    case '=~':
    case '!~': {
      // RE2 runs in time linear in the text.
      const bound = bind(anchored(value), 'String');
      return (text) => `match(${text}, ${bound})`;
    }
    case '~': {
      const bound = bind(value, 'String');
      return (text) => `(positionCaseInsensitiveUTF8(${text}, ${bound}) > 0)`;
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const bound = bind(Number(value), 'Float64');
      return (text) => `ifNull(toFloat64OrNull(${text}) ${op} ${bound}, 0)`;
    }
  }
}

/** Whole values, as in TraceQL. */
export function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

function either(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '1') : `(${conditions.join(' OR ')})`;
}
