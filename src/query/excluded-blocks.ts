/**
 * The index of a search: which items (`#items`) a span needs that fulfils the filters, and which blocks say that they have none of them. What
 * the index says no to holds no match; what it says yes to, or knows nothing of, is read.
 */
import { viewOf } from '#batch';
import { fieldItem, GROUP_BYTES, groupOf, keyItem, keySeed, maskOf, slicesOf, valueItem } from '#items';
import type { Run } from './answering.ts';
import type { AttributeFilter, Filters } from './condition.ts';
import type { Params } from './query-store.ts';
import { NONE_SEALED, type SealedValues, tokensWhere } from './sealed-values.ts';
import type { Sight } from './sight.ts';
import { complete, STATEMENTS } from './statements.ts';

/** Numbers of blocks, both included. */
export interface BlockRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Each item is one more thing to look up in every block; the most selective are attributes with their values. */
const ITEMS_MAX = 6;
/** More runs than this, and reading every block costs less than naming those that are left. */
const RUNS_MAX = 20_000;

/** What is looked up: items that a match needs, and when it starts. */
export interface LookUp {
  readonly items: readonly number[];
  /** Tokens by item: a block without the item holds a match all the same if it has one of them. */
  readonly sealed: ReadonlyMap<number, readonly string[]>;
  /** Nanoseconds since 1970, both included. */
  readonly start: bigint;
  readonly end: bigint;
  /** The first day of arrival, `YYYY-MM-DD`. */
  readonly firstDay: string;
}

export interface Wanted extends Pick<LookUp, 'items' | 'sealed'> {
  /** Whether some item is an attribute: services and operations alone are mostly in every block. */
  readonly attributes: boolean;
}

/** Items that every block with a match has. Without a value to compare, the key alone; what asks for everything or a span's own fields asks for none. */
export function wantedItems({ service, operation, attributes }: Filters, sight: Sight, sealedValues: SealedValues = NONE_SEALED): Wanted {
  // The index knows blocks, and a block holds spans of several services: what it says of others, if only by the time a search takes, is not for this reader.
  if (!sight.seesAllPlaces) return { items: service !== undefined && sight.seesService(service) ? [textItem('service', service)] : [], sealed: new Map(), attributes: false };
  const sealed = new Map<number, readonly string[]>();
  const found = attributes.flatMap((filter) => {
    const items = attributeItems(filter);
    // The index knows a sealed value as what stands in its place.
    const tokens = filter.op === '=' ? sealedValues(filter) : [];
    for (const { item } of items) if (tokens.length > 0) sealed.set(item, [...(sealed.get(item) ?? []), ...tokens]);
    return items;
  });
  const ofAttributes = found.sort((left, right) => right.selective - left.selective);
  const ofFields = [...(service === undefined ? [] : [textItem('service', service)]), ...(operation === undefined ? [] : [textItem('operation', operation)])];
  const items = [...new Set([...ofAttributes.map(({ item }) => item), ...ofFields])].slice(0, ITEMS_MAX);
  return { items, sealed, attributes: ofAttributes.length > 0 };
}

function attributeItems({ place, key, op, value }: AttributeFilter): { item: number; selective: number }[] {
  const exact = op === '=' && value !== '';
  if (place === 'field') {
    const field = key === 'service' ? 'service' : key === 'name' ? 'operation' : null;
    return exact && field !== null ? [{ item: textItem(field, value), selective: 0 }] : [];
  }
  // `*` is no key with `~`; with other operators it is.
  if (op === '~' && key === '*') return [];
  const seed = keySeed(viewOf(Buffer.from(key)));
  if (!exact) return [{ item: keyItem(seed), selective: 1 }];
  const bytes = Buffer.from(value);
  return [{ item: valueItem(seed, viewOf(bytes), 0, bytes.length), selective: 2 }];
}

function textItem(field: 'service' | 'operation', text: string): number {
  const bytes = Buffer.from(text);
  return fieldItem(field, viewOf(bytes), 0, bytes.length);
}

/** The parts of a range that have to be read, in ascending order. */
export async function rangesToRead(lookUp: LookUp, range: BlockRange, run: Run): Promise<BlockRange[]> {
  const { sql, params } = excludedStatement(lookUp, range);
  const runs = await run<{ first: string; last: string }>(sql, params, RUNS_MAX);
  const ranges: BlockRange[] = [];
  let next = range.first;
  for (const { first, last } of runs) {
    if (BigInt(first) > next) ranges.push({ first: next, last: BigInt(first) - 1n });
    next = BigInt(last) + 1n;
  }
  if (next <= range.last) ranges.push({ first: next, last: range.last });
  return ranges;
}

export function excludedStatement({ items, sealed, start, end, firstDay }: LookUp, range: BlockRange): { sql: string; params: Params } {
  const params: Record<string, Params[string]> = {
    slices: [...new Set(items.flatMap(slicesOf))], day_min: firstDay, block_min: range.first, block_max: range.last,
    first_s: secondsOf(start), last_s: secondsOf(end), limit: RUNS_MAX,
  };
  const misses = items.map((item, at) => {
    params[`s${at}`] = slicesOf(item);
    params[`g${at}`] = groupOf(item);
    params[`m${at}`] = maskOf(item);
    const tokens = sealed.get(item) ?? [];
    const besides = tokens.length === 0 ? '' : ` AND block NOT IN (SELECT block FROM sealed_tokens WHERE ${tokensWhere(tokens, (token) => {
      const name = `t${Object.keys(params).length}`;
      params[name] = token;
      return `{${name}:String}`;
    })})`;
    const group = `bitShiftRight({g${at}:UInt64} * intDiv(length(bits), ${GROUP_BYTES}), 32)`;
    return `(slice IN {s${at}:Array(UInt16)} AND bitAnd(reinterpretAsUInt256(substring(bits, 1 + ${GROUP_BYTES} * ${group}, ${GROUP_BYTES})), {m${at}:UInt256}) != {m${at}:UInt256}${besides})`;
  });
  return { sql: complete(STATEMENTS.excluded, { misses: misses.join('\n        OR ') }), params };
}

/** Whole seconds as blocks keep them, within their range. */
function secondsOf(time_ns: bigint): bigint {
  const seconds = time_ns / 1_000_000_000n;
  return seconds < 0n ? 0n : seconds > 0xffff_fffen ? 0xffff_fffen : seconds;
}
