import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewOf } from '#batch';
import { ItemSet } from './item-set.ts';
import { fieldItem, filterBytes, GROUP_BYTES, groupOf, keyItem, keySeed, maskOf, sliceOf, slicesOf, valueItem } from './items.ts';

const bytes = (text: string): DataView => viewOf(Buffer.from(text));
const value = (key: string, text: string): number => valueItem(keySeed(bytes(key)), bytes(text), 0, Buffer.byteLength(text));

/** As a statement looks an item up. */
function mayHold(filters: ReturnType<ItemSet['takeFilters']>, item: number): boolean {
  const wanted = slicesOf(item);
  const slices = filters.slices.filter(({ slice }) => wanted.includes(slice));
  assert.equal(slices.length, 1, 'an item is in one slice of a block');
  const [{ start, length } = { start: 0, length: 0 }] = slices;
  const group = Number((BigInt(groupOf(item)) * BigInt(length / GROUP_BYTES)) >> 32n);
  const bits = filters.bytes.subarray(start + group * GROUP_BYTES, start + (group + 1) * GROUP_BYTES).toReversed();
  return (BigInt(`0x${Buffer.from(bits).toString('hex')}`) & maskOf(item)) === maskOf(item);
}

describe('items', () => {
  test('hashes and places are those of the filters on disk', () => {
    assert.deepEqual(
      [keySeed(bytes('http.route')), keyItem(keySeed(bytes('http.route'))), value('http.route', '/trips/{trip}'), value('a', ''), value('long', 'x'.repeat(1_000)), fieldItem('service', bytes('web'), 0, 3), fieldItem('operation', bytes('web'), 0, 3)],
      [3946983342, 2639527803, 2202490051, 122296611, 2103062807, 2330036404, 2769070716],
    );
    assert.deepEqual([slicesOf(0xdead_beef), groupOf(1), maskOf(1).toString(16), filterBytes(100)], [[1, 3, 7, 14, 29, 59, 119], 2916906684, '10000000004000000000084000000000080000000010000040000001000000', 224]);
  });

  test('values, keys, types of items and lengths beyond what is hashed are told apart', () => {
    const items = [value('a', 'b'), value('b', 'a'), value('ab', ''), value('', 'ab'), keyItem(keySeed(bytes('a'))), fieldItem('service', bytes('b'), 0, 1), fieldItem('operation', bytes('b'), 0, 1), value('a', 'x'.repeat(300)), value('a', 'x'.repeat(301))];
    assert.equal(new Set(items).size, items.length);
  });

  test('bytes are found wherever they stand', () => {
    const padded = Buffer.from(`--value--`);
    assert.equal(valueItem(7, viewOf(padded), 2, 5), valueItem(7, bytes('value'), 0, 5));
    assert.equal(valueItem(7, viewOf(padded.subarray(2, 7)), 0, 5), valueItem(7, bytes('value'), 0, 5));
  });
});

describe('a set of items', () => {
  for (const size of [0, 1, 255, 600, 5_000, 70_000]) {
    test(`of ${size} says yes to each of them and no to nearly all others`, () => {
      const set = new ItemSet();
      const items = Array.from({ length: size }, (_, at) => value('key', `value ${at}`));
      for (const item of [...items, ...items]) set.add(item);
      assert.ok(set.size <= size && set.size > size * 0.999 - 1);
      const filters = set.takeFilters();
      for (const item of items) assert.ok(mayHold(filters, item));
      const others = Array.from({ length: 10_000 }, (_, at) => value('other', `value ${at}`));
      assert.ok(others.filter((item) => mayHold(filters, item)).length < 60);
      assert.equal(set.size, 0, 'it begins anew');
      assert.ok(!mayHold(set.takeFilters(), items[0] ?? 1));
    });
  }

  test('its slices cover every item once, and few bytes are many slices only where there are many items', () => {
    const set = new ItemSet();
    for (let at = 0; at < 20_000; at++) set.add(value('k', String(at)));
    const { slices, bytes: all } = set.takeFilters();
    assert.equal(slices.length, 64);
    assert.deepEqual(slices.map(({ slice }) => slice), Array.from({ length: 64 }, (_, at) => 64 + at));
    assert.equal(slices.reduce((sum, { length }) => sum + length, 0), all.length);
    assert.ok(all.length < 20_000 * 2.2);
    assert.deepEqual([sliceOf(0xffff_ffff, 6), sliceOf(0, 6), sliceOf(0xffff_ffff, 0)], [127, 64, 1]);
  });
});
