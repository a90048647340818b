import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlocksAhead, endOf } from './blocks-ahead.ts';
import type { BlockRange } from './excluded-blocks.ts';
import { type Order, type Position, ROW_MAX } from './order.ts';

const EXTENT = { oldest: 3n, newest: 10_000n };

function ahead(order: Order, from: Position | null = null, rangesToRead: (range: BlockRange) => BlockRange[] = (range) => [range]): BlocksAhead {
  return new BlocksAhead({ order, extent: EXTENT, from, rangesToRead: async (range) => rangesToRead(range) });
}

async function all(blocks: BlocksAhead, size: bigint): Promise<BlockRange[]> {
  const taken: BlockRange[] = [];
  for (;;) {
    const ranges = await blocks.take(size);
    if (ranges.length === 0) return taken;
    taken.push(...ranges);
  }
}

/** Adjacent ranges put together, in ascending order. */
function joined(ranges: readonly BlockRange[]): BlockRange[] {
  const joins: { first: bigint; last: bigint }[] = [];
  for (const range of ranges.toSorted((left, right) => Number(left.first - right.first))) {
    const before = joins.at(-1);
    if (before !== undefined && before.last + 1n === range.first) before.last = range.last;
    else joins.push({ ...range });
  }
  return joins;
}

describe('BlocksAhead', () => {
  test('takes every block once, in the order, until none is left', async () => {
    for (const order of ['newest', 'oldest'] as const) {
      const blocks = ahead(order);
      const taken = await all(blocks, 700n);
      assert.deepEqual(joined(taken), [{ first: 3n, last: 10_000n }]);
      const firsts = taken.map(({ first }) => first);
      assert.deepEqual(firsts, firsts.toSorted((left, right) => (order === 'newest' ? Number(right - left) : Number(left - right))));
      assert.ok(blocks.isEmpty);
    }
  });

  test('takes what the index leaves, however little', async () => {
    const left = [{ first: 5n, last: 5n }, { first: 9_000n, last: 9_003n }];
    const within = (range: BlockRange): BlockRange[] => left.filter(({ first, last }) => first >= range.first && last <= range.last);
    assert.deepEqual(await all(ahead('newest', null, within), 2n), [{ first: 9_002n, last: 9_003n }, { first: 9_000n, last: 9_001n }, { first: 5n, last: 5n }]);
    assert.deepEqual(await ahead('oldest', null, within).take(100n), [{ first: 5n, last: 5n }]);
    assert.deepEqual(await ahead('longest', null, within).take(1n), left);
    assert.deepEqual(await ahead('newest', null, () => []).take(8n), []);
    assert.ok((await ahead('newest', null, within).share()) < 0.01);
  });

  test('goes on where a page ended, also when a cursor names no block there is', async () => {
    assert.deepEqual(await ahead('newest', [50n, 7n]).take(2n), [{ first: 49n, last: 50n }]);
    assert.deepEqual(await ahead('newest', [50n, 0n]).take(2n), [{ first: 48n, last: 49n }]);
    assert.deepEqual(await ahead('oldest', [50n, 7n]).take(2n), [{ first: 50n, last: 51n }]);
    assert.deepEqual(await ahead('oldest', [50n, ROW_MAX]).take(2n), [{ first: 51n, last: 52n }]);
    assert.deepEqual(await ahead('newest', [1n << 63n, 5n]).take(1n), [{ first: 10_000n, last: 10_000n }]);
    assert.deepEqual(await ahead('newest', [0n, 0n]).take(1n), []);
    assert.deepEqual(await ahead('oldest', [1n << 63n, 0n]).take(1n), []);
  });

  test('takes again what was given back, from a position on', async () => {
    const newest = ahead('newest');
    newest.giveBack(await newest.take(8n), [9_995n, 40n]);
    assert.deepEqual(await newest.take(3n), [{ first: 9_993n, last: 9_995n }]);
    const oldest = ahead('oldest');
    oldest.giveBack(await oldest.take(8n), [5n, 40n]);
    assert.deepEqual(await oldest.take(3n), [{ first: 5n, last: 7n }]);
  });

  test('endOf() is behind what was read', () => {
    const ranges = [{ first: 8n, last: 9n }, { first: 4n, last: 5n }];
    assert.deepEqual(endOf('newest', ranges), [4n, 0n]);
    assert.deepEqual(endOf('oldest', ranges.toReversed()), [9n, ROW_MAX]);
  });
});
