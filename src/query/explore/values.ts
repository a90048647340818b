/**
 * Values of one key for autocomplete, most frequent first. Names, services, kinds and statuses are read for the whole range; values of
 * attributes come from a share of the spans.
 */
import { LIMITS } from '#limits';
import type { Run } from '#query/answering';
import { conditionOf, type Condition, type Filters } from '#query/condition';
import type { Range } from '#query/search-bounds';
import { KINDS } from '#query/search-parameters';
import { complete } from '#query/statements';
import type { AttributePlace, OwnerRow } from './keys.ts';
import { ownerAttributes } from './owner-attributes.ts';
import { lookTwice, rangeParams } from './sample.ts';
import { STATEMENTS } from './statements.ts';

export interface ValueCount {
  readonly value: string;
  /** Spans (or events) that carry it; estimated when `sampled`. */
  readonly count: number;
}

export interface FoundValues {
  readonly values: readonly ValueCount[];
  readonly more: boolean;
  /** Only a share of the spans was looked at: rare values may be missing. */
  readonly sampled: boolean;
}

/** What is asked: an attribute at one place or, without it, at all of them; or a column of the span (`field`). */
export interface AskedKey {
  readonly key: string;
  readonly place?: AttributePlace | 'field';
  readonly prefix: string;
  readonly service?: string;
  readonly limit: number;
}

export const FIELDS = ['name', 'service', 'kind', 'status'] as const;
type Field = (typeof FIELDS)[number];

const COLUMNS = { name: 'name', service: 'service', kind: 'kind', status: 'status_code' } as const satisfies Record<Field, string>;
const STATUSES = ['unset', 'ok', 'error'] as const;
const ROWS_MAX = 10_000;
/** With fewer values in fewer spans than these, a share says too little. */
const VALUES_ENOUGH = 20;
const SPANS_ENOUGH = 100;

interface Row {
  readonly text: string;
  readonly spanCount: string;
}

export async function findValues(asked: AskedKey, range: Range, run: Run, rows_max: number = LIMITS.suggested_spans_max): Promise<FoundValues> {
  const ofService: Filters = asked.service === undefined ? { attributes: [] } : { service: asked.service, attributes: [] };
  const narrow = conditionOf(ofService);
  if (asked.place === 'field') return fieldValues(fieldOf(asked.key), asked, narrow, range, run);
  // Blocks with the key, where they are few, hold all of its values.
  const withKey: Filters = { ...ofService, attributes: [{ place: asked.place ?? 'any', key: asked.key, op: 'exists', value: '' }] };
  const { found, oneIn } = await lookTwice(
    withKey, range, rows_max, run,
    (one_in, within) => attributeValues(asked, { sql: `${within.sql} AND ${narrow.sql}`, params: { ...narrow.params, ...within.params } }, range, one_in, run),
    (values) => values.size >= VALUES_ENOUGH || [...values.values()].reduce((sum, count) => sum + count, 0) >= SPANS_ENOUGH,
  );
  return listOf(found, asked.limit, oneIn);
}

/** INVARIANT: the route lets only these names through with the place `field`. */
function fieldOf(key: string): Field {
  const field = FIELDS.find((one) => one === key);
  if (field === undefined) throw new Error('cannot list values: no such field');
  return field;
}

async function fieldValues(field: Field, { prefix, limit }: AskedKey, narrow: Condition, range: Range, run: Run): Promise<FoundValues> {
  const sql = complete(STATEMENTS.fieldValues, { column: COLUMNS[field], narrow: narrow.sql });
  const rows = await run<Row>(sql, { ...narrow.params, ...rangeParams(range), limit: ROWS_MAX }, ROWS_MAX);
  const values = new Map(rows.map(({ text, spanCount }) => [wordOf(field, text), Number(spanCount)]));
  for (const value of [...values.keys()]) if (!value.startsWith(prefix)) values.delete(value);
  return listOf(values, limit, 1);
}

function wordOf(field: Field, text: string): string {
  if (field === 'kind') return KINDS[Number(text)] ?? text;
  return field === 'status' ? (STATUSES[Number(text)] ?? text) : text;
}

/** Where the values of a key are, per place, as an array of texts. */
const SPAN_VALUES = 'if(mapContains(attributes, {key:String}), [attributes[{key:String}]], [])';
const EVENT_VALUES = 'arrayMap(m -> m[{key:String}], arrayFilter(m -> mapContains(m, {key:String}), `events.attributes`))';

async function attributeValues(asked: AskedKey, narrow: Condition, range: Range, one_in: number, run: Run): Promise<Map<string, number>> {
  const { place, key, prefix } = asked;
  const values = new Map<string, number>();
  const add = (value: string, count: number): void => void values.set(value, (values.get(value) ?? 0) + count);
  const params = { ...narrow.params, ...rangeParams(range), one_in, limit: ROWS_MAX };
  const lists = [...(place === undefined || place === 'span' ? [SPAN_VALUES] : []), ...(place === undefined || place === 'event' ? [EVENT_VALUES] : [])];
  if (lists.length > 0) {
    const sql = complete(STATEMENTS.attributeValues, { values: lists.length === 1 ? (lists[0] ?? '') : `arrayConcat(${lists.join(', ')})`, narrow: narrow.sql });
    for (const { text, spanCount } of await run<Row>(sql, { ...params, key, prefix }, ROWS_MAX)) add(text, Number(spanCount));
  }
  if (place === undefined || place === 'resource' || place === 'scope') {
    const owners = await run<OwnerRow>(complete(STATEMENTS.owners, { narrow: narrow.sql }), params, ROWS_MAX);
    for (const { resourceText, scopeText, spanCount } of owners) {
      const attributes = [...(place === 'scope' ? [] : ownerAttributes(resourceText)), ...(place === 'resource' ? [] : ownerAttributes(scopeText))];
      for (const one of attributes) if (one.key === key && one.text !== '' && one.text.startsWith(prefix)) add(one.text, Number(spanCount));
    }
  }
  return values;
}

function listOf(values: ReadonlyMap<string, number>, limit: number, oneIn: number): FoundValues {
  const sorted = [...values].sort(([left, many], [right, more]) => more - many || (left < right ? -1 : 1));
  return { values: sorted.slice(0, limit).map(([value, count]) => ({ value, count: count * oneIn })), more: sorted.length > limit, sampled: oneIn > 1 };
}
