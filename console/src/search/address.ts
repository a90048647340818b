/**
 * The search page in its URL, and the URL as parameters of the query API. Names are those of `GET /api/v1/search`, so a link can be
 * written by hand; what does not read counts as absent, because anybody may have written it.
 */
import { type AttributeFilter, type Filter, OPERATORS, type Operator, type Place, PLACES, SINGLE, withFilters } from './filters.ts';

export const ORDERS = ['newest', 'oldest', 'longest', 'shortest'] as const;
export type Order = (typeof ORDERS)[number];

export const PICTURES = ['scatter', 'heat', 'table', 'none'] as const;
export type Picture = (typeof PICTURES)[number];

export const SCALES = ['log', 'linear'] as const;
export type Scale = (typeof SCALES)[number];

export interface SearchState {
  readonly filters: readonly Filter[];
  readonly order: Order;
  readonly picture: Picture;
  readonly scale: Scale;
  readonly live: boolean;
}

type Address = Readonly<Record<string, unknown>>;

export function readState(address: Address): SearchState {
  return {
    filters: readFilters(address),
    order: oneOf(ORDERS, address['order']),
    picture: oneOf(PICTURES, address['view']),
    scale: oneOf(SCALES, address['y']),
    live: textsOf(address['live'])[0] === '1',
  };
}

/** The address with another state of the page; what belongs to others, such as the time range, stays. */
export function writeState(before: Address, state: SearchState): Record<string, unknown> {
  const after: Record<string, unknown> = { ...before };
  for (const name of [...SINGLE, 'attribute', 'order', 'view', 'y', 'live']) delete after[name];
  for (const filter of state.filters) {
    if (filter.is !== 'attribute') after[filter.is] = filter.value;
    else after['attribute'] = [...((after['attribute'] as string[] | undefined) ?? []), attributeText(filter)];
  }
  if (state.order !== ORDERS[0]) after['order'] = state.order;
  if (state.picture !== PICTURES[0]) after['view'] = state.picture;
  if (state.scale !== SCALES[0]) after['y'] = state.scale;
  if (state.live) after['live'] = '1';
  return after;
}

/** FILTERS of the query API. */
export function apiFilters(filters: readonly Filter[]): Record<string, string | readonly string[]> {
  const values: Record<string, string | readonly string[]> = {};
  const attributes = filters.filter((one) => one.is === 'attribute').map(attributeText);
  for (const filter of filters) if (filter.is !== 'attribute') values[filter.is] = filter.value;
  return attributes.length === 0 ? values : { ...values, attribute: attributes };
}

/** `resource:host.name=web-1`, as the API reads it. */
export function attributeText({ place, key, op, value }: AttributeFilter): string {
  return `${place === 'any' ? '' : `${place}:`}${key}${op === 'exists' ? '' : `${op}${value}`}`;
}

export function readAttributeText(text: string): AttributeFilter | null {
  const at = text.search(/[=!<>~]/);
  const name = at === -1 ? text : text.slice(0, at);
  const colon = name.indexOf(':');
  const place: Place | undefined = PLACES.find((one) => one !== 'any' && one === name.slice(0, Math.max(0, colon)));
  const key = place === undefined ? name : name.slice(colon + 1);
  if (key === '') return null;
  if (at === -1) return { is: 'attribute', place: place ?? 'any', key, op: 'exists', value: '' };
  const op = longestFirst.find((sign) => text.startsWith(sign, at));
  return op === undefined ? null : { is: 'attribute', place: place ?? 'any', key, op, value: text.slice(at + op.length) };
}

const longestFirst: readonly Operator[] = OPERATORS.filter((op) => op !== 'exists').toSorted((a, b) => b.length - a.length);

function readFilters(address: Address): readonly Filter[] {
  const found: Filter[] = [];
  for (const [name, value] of Object.entries(address)) {
    const single = SINGLE.find((one) => one === name);
    const [first] = textsOf(value);
    if (single !== undefined && first !== undefined) found.push({ is: single, value: first });
    if (name === 'attribute') for (const text of textsOf(value)) found.push(...[readAttributeText(text)].filter((one) => one !== null));
  }
  return withFilters([], found);
}

function oneOf<Name extends string>(names: readonly [Name, ...Name[]], value: unknown): Name {
  return names.find((one) => one === textsOf(value)[0]) ?? names[0];
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === 'string' && one !== '');
}
