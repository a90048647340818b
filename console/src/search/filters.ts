/**
 * What a search asks, as a list of filters in the order somebody set them. Each is one chip of the query bar and one parameter of
 * the query API; all of them hold on one and the same span.
 */

export const PLACES = ['any', 'span', 'event', 'resource', 'scope', 'field'] as const;
/** Where an attribute is looked for; `field` means the span's own name, service, kind, status or message. */
export type Place = (typeof PLACES)[number];

export const OPERATORS = ['=', '!=', '=~', '!~', '~', '<', '<=', '>', '>=', 'exists'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Filters with a parameter of their own, which stands once. */
export const SINGLE = ['service', 'operation', 'status', 'kind', 'durationMin', 'durationMax'] as const;
export type SingleName = (typeof SINGLE)[number];

export interface SingleFilter {
  readonly is: SingleName;
  readonly value: string;
}

export interface AttributeFilter {
  readonly is: 'attribute';
  readonly place: Place;
  readonly key: string;
  readonly op: Operator;
  /** '' with `exists`. */
  readonly value: string;
}

export type Filter = SingleFilter | AttributeFilter;

/** With `~`, any text of a span. */
export const EVERYWHERE = '*';
export const STATUSES = ['error', 'ok', 'unset'] as const;
export const KINDS = ['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'] as const;
/** By which a service is entered: server and consumer spans and those without a parent. */
export const ENTRY = 'entry';
/** The server takes no more. */
export const ATTRIBUTES_MAX = 16;

export function textFilter(words: string): AttributeFilter {
  return { is: 'attribute', place: 'any', key: EVERYWHERE, op: '~', value: words };
}

export function attributeFilter(key: string, op: Operator, value: string, place: Place = 'any'): AttributeFilter {
  // The API would read `key=~x` as a pattern; a pattern can say the same.
  if (op === '=' && value.startsWith('~')) return { is: 'attribute', place, key, op: '=~', value: value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') };
  return { is: 'attribute', place, key, op, value };
}

export function isText(filter: Filter): boolean {
  return filter.is === 'attribute' && filter.key === EVERYWHERE && filter.op === '~';
}

/** What tells a filter from all others. */
export function idOf(filter: Filter): string {
  return filter.is === 'attribute' ? JSON.stringify([filter.place, filter.key, filter.op, filter.value]) : `${filter.is} ${filter.value}`;
}

export function has(filters: readonly Filter[], filter: Filter): boolean {
  const id = idOf(filter);
  return filters.some((one) => idOf(one) === id);
}

/** The list with one more; a filter that may stand once takes the place of the one before, and of its contrary. */
export function withFilter(filters: readonly Filter[], filter: Filter): readonly Filter[] {
  if (has(filters, filter)) return filters;
  const kept = filters.filter((one) => !contradicts(one, filter));
  const at = filter.is === 'attribute' ? -1 : kept.findIndex((one) => one.is === filter.is);
  return at === -1 ? [...kept, filter] : kept.with(at, filter);
}

export function withFilters(filters: readonly Filter[], more: readonly Filter[]): readonly Filter[] {
  return more.reduce(withFilter, filters);
}

export function without(filters: readonly Filter[], filter: Filter): readonly Filter[] {
  const id = idOf(filter);
  return filters.filter((one) => idOf(one) !== id);
}

/** The value that one of the filters of this name wants. */
export function valueOf(filters: readonly Filter[], name: SingleName): string | undefined {
  return filters.find((one) => one.is === name)?.value;
}

/** Its contrary: what a second click on a facet means. */
export function excluding(filter: Filter): AttributeFilter | null {
  if (filter.is === 'attribute') return filter.op === '=' ? { ...filter, op: '!=' } : null;
  if (filter.is === 'durationMin' || filter.is === 'durationMax') return null;
  return attributeFilter(filter.is === 'operation' ? 'name' : filter.is, '!=', filter.value, 'field');
}

function contradicts(one: Filter, other: Filter): boolean {
  const contrary = excluding(one);
  if (contrary !== null && idOf(contrary) === idOf(other)) return true;
  const back = excluding(other);
  return back !== null && idOf(back) === idOf(one);
}
