/**
 * Attribute keys for autocomplete, most frequent first, from a share of the spans: somebody is typing, so a rare key may be missing, but the
 * answer is there at once.
 */
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import { conditionOf, type Filters } from '#query/condition';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { ownerAttributes } from './owner-attributes.ts';
import { lookTwice, rangeParams } from './sample.ts';
import { STATEMENTS } from './statements.ts';

export type AttributeType = 'string' | 'int' | 'double' | 'bool' | 'bytes' | 'array' | 'map' | 'empty';
export type AttributePlace = 'span' | 'event' | 'resource' | 'scope';

export interface AttributeKey {
  readonly key: string;
  readonly place: AttributePlace;
  /** Spans (or events) that carry it; estimated when not all were looked at. */
  readonly count: number;
  readonly types: readonly AttributeType[];
}

export interface FoundKeys {
  readonly keys: readonly AttributeKey[];
  /** 1: every span of the range was looked at. */
  readonly sampledOneIn: number;
}

/** The letters of `attribute_types`. */
const TYPES: Readonly<Record<string, AttributeType>> = { s: 'string', i: 'int', d: 'double', b: 'bool', x: 'bytes', a: 'array', m: 'map', n: 'empty' };
/** Distinct lists of keys, and distinct resources, that are looked at. */
const LISTS_MAX = 4_000;
/** Of a service that sends little, at least this many spans are looked for. */
const SPANS_ENOUGH = 1_000;

interface ListRow {
  readonly place: 'span' | 'event';
  readonly keys: readonly string[];
  readonly types: string;
  readonly spanCount: string;
}

export interface OwnerRow {
  readonly resourceText: string;
  readonly scopeText: string;
  readonly spanCount: string;
}

export async function findKeys(service: string | undefined, range: Range, run: Run, rows_max: number = LIMITS.suggested_spans_max): Promise<FoundKeys> {
  const filters: Filters = service === undefined ? { attributes: [] } : { service, attributes: [] };
  const ofService = conditionOf(filters);
  const { found, oneIn } = await lookTwice(
    filters, range, rows_max, run,
    async (one_in, within) => {
      const params = { ...ofService.params, ...within.params, ...rangeParams(range), one_in, limit: LISTS_MAX };
      const narrow = `${within.sql} AND ${ofService.sql}`;
      const [lists, owners] = await Promise.all([
        run<ListRow>(complete(STATEMENTS.attributeKeys, { narrow }), params, LISTS_MAX),
        run<OwnerRow>(complete(STATEMENTS.owners, { narrow }), params, LISTS_MAX),
      ]);
      return { lists, owners };
    },
    ({ owners }) => owners.reduce((spans, { spanCount }) => spans + Number(spanCount), 0) >= SPANS_ENOUGH,
  );
  const counts = new Counts();
  for (const { place, keys, types, spanCount } of found.lists) {
    for (const [at, key] of keys.entries()) counts.add(place, key, TYPES[types[at] ?? 's'] ?? 'string', Number(spanCount) * oneIn);
  }
  for (const { resourceText, scopeText, spanCount } of found.owners) {
    for (const { key, type } of ownerAttributes(resourceText)) counts.add('resource', key, type, Number(spanCount) * oneIn);
    for (const { key, type } of ownerAttributes(scopeText)) counts.add('scope', key, type, Number(spanCount) * oneIn);
  }
  return { keys: counts.sorted(), sampledOneIn: oneIn };
}

class Counts {
  readonly #keys = new Map<string, { readonly key: string; readonly place: AttributePlace; count: number; readonly types: Set<AttributeType> }>();

  add(place: AttributePlace, key: string, type: AttributeType, count: number): void {
    const id = `${place} ${key}`;
    const known = this.#keys.get(id) ?? { key, place, count: 0, types: new Set<AttributeType>() };
    known.count += count;
    known.types.add(type);
    this.#keys.set(id, known);
  }

  sorted(): AttributeKey[] {
    return [...this.#keys.values()]
      .sort((left, right) => right.count - left.count || (left.key < right.key ? -1 : 1))
      .map((one) => ({ ...one, types: [...one.types].sort() }));
  }
}
