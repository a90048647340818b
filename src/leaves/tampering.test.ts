/** What is stored cannot be changed without another root, or none at all. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nativeBlock, sampleSpan, type SampleRow } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { BlockLeaves, MalformedGroup, MalformedNative, RowsMisplaced } from './leaves.ts';

const SALT = new Uint8Array(32).fill(9);
const ROWS = 5;
/** The row whose columns are changed. */
const CHANGED = 3;
/** What the statement of the block says, and a query for a block by its number and partition. */
const OF_THE_STATEMENT = new Set(['block', 'day', 'retention', 'tenant']);
const restricts = (key: string): boolean => key === 'http.route' || key === 'status.message' || key === 'host.name' || key === 'mark';
const rows: readonly SampleRow[] = Array.from({ length: ROWS }, (_, row) => sampleSpan(7, row, 'mark'));

/** The root, or the name of what the rows are refused with. */
function rootOf(changed: readonly SampleRow[], policy = restricts): string {
  try {
    return Buffer.from(new BlockLeaves(policy).compute(nativeBlock(SPANS, changed), SALT).root).toString('hex');
  } catch (error) {
    if (error instanceof MalformedNative || error instanceof MalformedGroup || error instanceof RowsMisplaced) return error.name;
    throw error;
  }
}
const withRow = (fields: SampleRow): SampleRow[] => rows.map((row, at) => (at === CHANGED ? { ...row, ...fields } : row));

/** Every way in which one value of this kind becomes another. */
function changesOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'bigint') return [value + 1n, value + (1n << 40n)];
  if (value instanceof Uint8Array) return [value.map((byte, at) => (at === 0 ? byte ^ 1 : byte)), value.map((byte, at) => (at === value.length - 1 ? byte ^ 128 : byte))];
  if (typeof value === 'string') return value === '' ? ['x'] : [`${value}x`, value.slice(1), value.replace('mark', 'mask')].filter((text) => text !== value);
  const list = value as readonly unknown[];
  const within = list.flatMap((one, at) => changesOf(one).map((other) => list.with(at, other)));
  // Key and value of an attribute.
  if (list.length === 2 && list.every((one) => typeof one === 'string')) return within;
  return [...within, ...(list.length > 0 ? [list.slice(1)] : []), ...(list.length > 1 ? [list.toReversed()] : [])];
}

describe('a changed value changes the root', () => {
  const root = rootOf(rows);
  test('which is the same twice', () => assert.match(rootOf([...rows]), /^[0-9a-f]{64}$/));

  for (const { name } of SPANS.columns) {
    if (OF_THE_STATEMENT.has(name)) continue;
    for (const [policy, of] of [['open', () => false], ['restricted', restricts]] as const) {
      test(`in column ${name}, values ${policy}`, () => {
        const before = rootOf(rows, of);
        const changes = changesOf(rows[CHANGED]![name]);
        assert.ok(changes.length > 0);
        for (const value of changes) assert.notEqual(rootOf(withRow({ [name]: value }), of), before, `${name} ${String(value)}`);
      });
    }
  }

  test('when the letter of a value is another', () => {
    for (const letters of ['ss', 'ni', 'ri', 'rr', 'is']) assert.notEqual(rootOf(withRow({ attribute_types: letters })), root, letters);
    assert.equal(rootOf(withRow({ attribute_types: 'ri' })), 'MalformedNative', 'a stored letter cannot pass for a digest');
  });

  test('when text moves from one attribute to the next, or a key into a value', () => {
    const [[first, value], [second, other]] = rows[CHANGED]!['attributes'] as [[string, string], [string, string]];
    for (const attributes of [[[first, value + other[0]!], [second, other.slice(1)]], [[first + value[0]!, value.slice(1)], [second, other]], [[second, value], [first, other]]]) {
      assert.notEqual(rootOf(withRow({ attributes })), root);
      assert.notEqual(rootOf(withRow({ attributes }), () => false), rootOf(rows, () => false));
    }
  });

  test('when rows are swapped, missing, there twice or of another number', () => {
    assert.notEqual(rootOf(rows.map((row, at) => ({ ...rows[at === 1 ? 2 : at === 2 ? 1 : at]!, row: row['row'] }))), root);
    assert.equal(rootOf(rows.toSpliced(2, 1)), 'RowsMisplaced');
    assert.equal(rootOf(rows.toSpliced(2, 0, rows[2]!)), 'RowsMisplaced');
    assert.equal(rootOf([...rows.slice(1), rows[0]!]), 'RowsMisplaced');
    assert.notEqual(rootOf(rows.slice(0, -1)), root);
  });

  test('when the text of a resource or scope says the same in other bytes', () => {
    const resource = rows[CHANGED]!['resource'] as string;
    const others = [
      resource.replace('{', '{ '), resource.replace('mark', '\\u006dark'), resource.replace('}', ',"more":1}'), resource.replace(/}$/, ',"droppedAttributesCount":0.5}'), '[]', 'null', '', '{"attributes":{}}',
      '{"schemaUrl":"x","attributes":[]}', '{"attributes":[{"key":"a","value":{"stringValue":"\\ud800"}}]}', '{"attributes":[{"key":"a","value":{"stringValue":"b","intValue":"1"}}]}',
      '{"attributes":[{"value":{},"key":"a"}]}', '{"attributes":[{"key":"a","value":{"boolValue":"true"}}]}', '{"attributes":[{"key":"a","value":{"doubleValue":"1"}}]}', '{"attributes":[{"key":"a","value":{"intValue":1}}]}',
    ];
    for (const text of others) assert.equal(rootOf(withRow({ resource: text })), 'MalformedGroup', text);
    assert.equal(rootOf(withRow({ scope: '{"name":"a","version":1}' })), 'MalformedGroup');
  });

  test('unless only what is in no leaf is another', () => {
    for (const name of OF_THE_STATEMENT) assert.equal(rootOf(withRow({ [name]: changesOf(rows[CHANGED]![name])[0] })), root);
  });
});
