import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { SPANS } from '#clickhouse/schema';
import { nativeBlock, sampleSpan, type SampleRow } from '#clickhouse/native-sample';
import { BlockLeaves, GROUP_ROWS } from './leaves.ts';

const SALT = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const rowsOf = (count: number, change: (row: number) => SampleRow = () => ({})): SampleRow[] => Array.from({ length: count }, (_, row) => ({ ...sampleSpan(7, row, 'mark'), ...change(row) }));
const rootOf = (native: Uint8Array, restricts: (key: string) => boolean = () => false): string => Buffer.from(new BlockLeaves(restricts).compute(native, SALT).root).toString('hex');

/** RFC 6962 §2.1, as it is written. */
function treeHash(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hash('sha256', Buffer.concat([Buffer.of(1), treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split))]), 'buffer');
}

describe('the root of a block', () => {
  for (const count of [1, 2, 3, 255, 256, 257, 700]) {
    test(`is that of RFC 6962 over ${count} span entries, and of its groups`, () => {
      const native = nativeBlock(SPANS, rowsOf(count));
      const leaves = new BlockLeaves((key) => key === 'http.route');
      const { root, groups, rows, first, last } = leaves.compute(native, SALT);
      const entries = leaves.rowsOf(native, SALT);
      assert.deepEqual(entries.map(({ row }) => row), Array.from({ length: count }, (_, row) => row));
      for (const { entry, hash: leaf } of entries) assert.deepEqual(Buffer.from(leaf), hash('sha256', Buffer.concat([Buffer.of(0), entry]), 'buffer'));
      const hashes = entries.map((entry) => entry.hash);
      assert.deepEqual(Buffer.from(root), Buffer.from(treeHash(hashes)));
      assert.deepEqual(Buffer.from(leaves.hashesOf(native, SALT, 0)), Buffer.concat(hashes));
      const parts = Array.from({ length: Math.ceil(count / GROUP_ROWS) }, (_, group) => treeHash(hashes.slice(group * GROUP_ROWS, (group + 1) * GROUP_ROWS)));
      assert.deepEqual(Buffer.from(groups), Buffer.concat(parts));
      assert.deepEqual([rows, first, last], [count, '1795000000000000000', String(1795000000000000000n + BigInt(count - 1))]);
    });
  }

  test('does not depend on how the engine cuts the stream', () => {
    const rows = rowsOf(700);
    const stream = Buffer.concat([nativeBlock(SPANS, rows.slice(0, 1)), nativeBlock(SPANS, rows.slice(1, 300)), nativeBlock(SPANS, rows.slice(300))]);
    assert.equal(rootOf(stream, (key) => key.startsWith('http')), rootOf(nativeBlock(SPANS, rows), (key) => key.startsWith('http')));
  });
});

describe('several blocks in one stream', () => {
  const SALTS = new Map([7, 8, 9, 10].map((block) => [block, new Uint8Array(32).fill(block)]));
  const saltOf = (block: number): Uint8Array | null => (block === 10 ? null : (SALTS.get(block) ?? null));
  const ofBlock = (block: number, count: number, change: (row: number) => SampleRow = () => ({})): SampleRow[] => rowsOf(count, change).map((row) => ({ ...row, block }));
  const each = (rows: readonly SampleRow[], cuts: readonly number[] = []): Map<number, string> => {
    const parts = [0, ...cuts].map((from, at, all) => nativeBlock(SPANS, rows.slice(from, all[at + 1])));
    const found = [...new BlockLeaves((key) => key === 'http.route').computeEach(Buffer.concat(parts), saltOf)].filter((one) => one !== null);
    return new Map(found.map(({ block, leaves }) => [block, 'root' in leaves ? Buffer.from(leaves.root).toString('hex') : leaves.name]));
  };
  const alone = (block: number, rows: readonly SampleRow[]): string => Buffer.from(new BlockLeaves((key) => key === 'http.route').compute(nativeBlock(SPANS, rows), SALTS.get(block)!).root).toString('hex');

  test('each has the root that it has alone, however the stream is cut', () => {
    const [a, b, c] = [ofBlock(7, 300), ofBlock(8, 1), ofBlock(9, 520)];
    const expected = new Map([[7, alone(7, a)], [8, alone(8, b)], [9, alone(9, c)]]);
    for (const cuts of [[], [150], [300, 301], [1, 299, 400, 820]]) assert.deepEqual(each([...a, ...b, ...c], cuts), expected, String(cuts));
  });

  test('one that has no root holds up no other', () => {
    const whole = ofBlock(7, 20);
    const last = ofBlock(10, 3);
    assert.deepEqual(each([...whole, ...ofBlock(8, 20).slice(1), ...ofBlock(9, 20, (row) => (row === 3 ? { resource: '{' } : {}))]), new Map([[7, alone(7, whole)], [8, 'RowsMisplaced'], [9, 'MalformedGroup']]));
    assert.equal(each([...ofBlock(8, 5), ...ofBlock(8, 5), ...whole, ...last]).get(7), alone(7, whole));
  });
});
