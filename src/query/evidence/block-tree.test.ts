/** Proofs from groups of 256 leaves against the definition of the whole tree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkInclusion } from '#merkle';
import { leaves, naivePath, naiveRoot, randomOf, sha256 } from '#merkle/testing';
import { BlockTree, groupsOf, rowsOfGroup } from './block-tree.ts';

const LEAVES = leaves(2_200);
const SEED = 20_261_129;

function treeOf(rows: number): { readonly tree: BlockTree; readonly hashes: readonly Uint8Array[] } {
  const hashes = LEAVES.slice(0, rows);
  const groups = Array.from({ length: groupsOf(rows) }, (_, group) => hashes.slice(group * 256, group * 256 + rowsOfGroup(group, rows)));
  const tree = BlockTree.of(rows, Buffer.concat(groups.map(naiveRoot)), naiveRoot(hashes));
  assert.ok(tree !== null);
  for (const [group, ofGroup] of groups.entries()) assert.equal(tree.add(group, ofGroup), true);
  return { tree, hashes };
}

test(`the proof of a row is that of the whole tree, whatever the number of rows (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (const rows of [1, 2, 255, 256, 257, 511, 512, 513, 700, 1_024, 1_025, 2_200, 1 + random(2_200)]) {
    const { tree, hashes } = treeOf(rows);
    const root = naiveRoot(hashes);
    for (const row of new Set([0, rows - 1, Math.min(256, rows - 1), random(rows), random(rows)])) {
      const proof = tree.proof(row);
      assert.deepEqual(proof, naivePath(row, hashes), `row ${row} of ${rows}`);
      assert.equal(checkInclusion(sha256, row, rows, hashes[row]!, proof, root), undefined);
    }
  }
});

test('what does not come to the root of the block makes no proof', () => {
  const hashes = LEAVES.slice(0, 300);
  const groups = Buffer.concat([naiveRoot(hashes.slice(0, 256)), naiveRoot(hashes.slice(256))]);
  const root = naiveRoot(hashes);
  assert.equal(BlockTree.of(300, groups.subarray(32), root), null);
  assert.equal(BlockTree.of(300, groups, naiveRoot(LEAVES.slice(0, 301))), null);
  assert.equal(BlockTree.of(0, new Uint8Array(0), naiveRoot([])), null);
  const tree = BlockTree.of(300, groups, root);
  assert.ok(tree !== null);
  assert.equal(tree.add(0, hashes.slice(0, 255)), false);
  assert.equal(tree.add(0, [...hashes.slice(0, 255), hashes[0]!]), false);
  assert.equal(tree.add(1, hashes.slice(0, 44)), false);
  assert.equal(tree.add(2, []), false);
  assert.throws(() => tree.proof(0), /not here/u);
});
