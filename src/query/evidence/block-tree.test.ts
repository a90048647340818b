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
  const tree = new BlockTree(rows, Buffer.concat(groups.map(naiveRoot)));
  for (const [group, ofGroup] of groups.entries()) tree.add(group, ofGroup);
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

test('what is not whole makes no proof', () => {
  assert.throws(() => new BlockTree(300, new Uint8Array(32)), /one root for each/u);
  const tree = new BlockTree(300, new Uint8Array(64));
  assert.throws(() => tree.proof(0), /not here/u);
  tree.add(0, LEAVES.slice(0, 200));
  assert.throws(() => tree.proof(3), /not whole/u);
});
