/** Proofs against the definitions of RFC 6962, on random trees, and against those who want to be believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompactRange } from './compact-range.ts';
import { isFlaw } from './flaw.ts';
import { leafHash } from './hashes.ts';
import { checkConsistency, checkInclusion, checkSubtreeConsistency, proveConsistency, proveInclusion, rangeHash, type Nodes } from './proofs.ts';
import { consistencyRanges, inclusionRanges, isSubtree, nodesOf } from './ranges.ts';
import { hex, leaves, naiveNodes, naivePath, naiveProof, naiveRoot, randomOf, sha256 } from './testing.ts';

const LEAVES = leaves(700);
const SEED = 20_240_517;

test(`proofs of random trees are those of the definition, and hold (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let round = 0; round < 60; round++) {
    const size = 1 + random(round < 30 ? 20 : 700);
    const tree = LEAVES.slice(0, size);
    const [nodes, root] = [naiveNodes(tree), naiveRoot(tree)];
    const [index, first] = [random(size), 1 + random(size)];
    assert.deepEqual(rangeHash(sha256, nodes, { start: 0, end: size }), root);

    const path = naivePath(index, tree);
    assert.deepEqual(proveInclusion(sha256, nodes, index, { start: 0, end: size }), path, `leaf ${index} of ${size}`);
    assert.equal(checkInclusion(sha256, index, size, tree[index]!, path, root), undefined, `leaf ${index} of ${size}`);

    const proof = naiveProof(first, tree);
    const began = naiveRoot(tree.slice(0, first));
    assert.deepEqual(proveConsistency(sha256, nodes, { start: 0, end: first }, size), proof, `${first} to ${size}`);
    assert.equal(checkConsistency(sha256, first, size, began, proof, root), undefined, `${first} to ${size}`);
  }
});

test('every bit of a proof, a leaf and a root counts', () => {
  const tree = LEAVES.slice(0, 37);
  const root = naiveRoot(tree);
  const path = naivePath(20, tree);
  const proof = naiveProof(13, tree);
  const began = naiveRoot(tree.slice(0, 13));
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  for (let bit = 0; bit < 256; bit += 17) {
    for (let at = 0; at < path.length; at++) {
      assert.ok(checkInclusion(sha256, 20, 37, tree[20]!, path.map((hash, one) => (one === at ? flipped(hash, bit) : hash)), root));
    }
    for (let at = 0; at < proof.length; at++) {
      assert.ok(checkConsistency(sha256, 13, 37, began, proof.map((hash, one) => (one === at ? flipped(hash, bit) : hash)), root));
    }
    assert.ok(checkInclusion(sha256, 20, 37, flipped(tree[20]!, bit), path, root));
    assert.ok(checkInclusion(sha256, 20, 37, tree[20]!, path, flipped(root, bit)));
    assert.ok(checkConsistency(sha256, 13, 37, flipped(began, bit), proof, root));
    assert.ok(checkConsistency(sha256, 13, 37, began, proof, flipped(root, bit)));
  }
  for (let index = 0; index < 64; index++) if (index !== 20) assert.ok(checkInclusion(sha256, index, 37, tree[20]!, path, root), `as leaf ${index}`);
  for (let size = 0; size < 64; size++) if (size !== 13) assert.ok(checkConsistency(sha256, size, 37, began, proof, root), `from ${size}`);
});

test('numbers that are none, too many hashes and hashes of another length are refused', () => {
  const [hash] = LEAVES;
  assert.ok(hash);
  for (const size of [-1, 0.5, NaN, Infinity, 2 ** 53, -0.1]) {
    assert.equal(checkInclusion(sha256, 0, size, hash, [], hash)?.flaw, 'range_invalid', `size ${size}`);
    assert.equal(checkInclusion(sha256, size, 2, hash, [hash], hash)?.flaw, 'range_invalid', `index ${size}`);
    assert.equal(checkConsistency(sha256, 1, size, hash, [], hash)?.flaw, 'range_invalid', `to ${size}`);
    assert.equal(checkConsistency(sha256, size, 5, hash, [], hash)?.flaw, 'range_invalid', `from ${size}`);
  }
  const many = Array.from({ length: 10_000 }, () => hash);
  assert.equal(checkInclusion(sha256, 0, 2 ** 53 - 1, hash, many, hash)?.flaw, 'proof_length');
  assert.equal(checkConsistency(sha256, 1, 2 ** 53 - 1, hash, many, hash)?.flaw, 'proof_length');
  assert.equal(checkInclusion(sha256, 0, 2, hash, [hash.subarray(1)], hash)?.flaw, 'hash_length');
  assert.equal(checkInclusion(sha256, 0, 1, hash.subarray(1), [], hash.subarray(1))?.flaw, 'hash_length');
  assert.equal(checkConsistency(sha256, 1, 2, hash, [hash.subarray(1)], hash)?.flaw, 'hash_length');
  assert.equal(checkSubtreeConsistency(sha256, { start: 2, end: 1 }, 8, hash, [], hash)?.flaw, 'range_invalid');
  assert.equal(checkConsistency(sha256, 5, 3, hash, [hash], hash)?.flaw, 'range_invalid');
  assert.equal(checkSubtreeConsistency(sha256, { start: 2, end: 5 }, 8, hash, [], hash)?.flaw, 'range_invalid');
});

test('a proof that goes on above the root is refused, although its hashes fit', () => {
  const [hash, other] = [LEAVES[0]!, LEAVES[1]!];
  assert.equal(checkInclusion(sha256, 0, 1, hash, [other], naiveRoot([other, hash]))?.flaw, 'proof_length');
  assert.equal(checkConsistency(sha256, 1, 1, hash, [other], naiveRoot([other, hash]))?.flaw, 'proof_length');
});

test('a tree of 2^53 − 1 leaves is proved by numbers that fit', () => {
  const size = 2 ** 53 - 1;
  // All leaves are the same, so a complete subtree has one hash at each level.
  const levels = [LEAVES[0]!];
  for (let level = 1; level < 53; level++) levels.push(naiveRoot([levels[level - 1]!, levels[level - 1]!]));
  const one = levels[0]!;
  const nodes: Nodes = ({ level }) => levels[level];
  const range = { start: 0, end: size };
  const root = rangeHash(sha256, nodes, range);
  const path = proveInclusion(sha256, nodes, 2 ** 52 - 1, range);
  const proof = proveConsistency(sha256, nodes, { start: 0, end: 2 ** 40 + 12_345 }, size);
  const began = rangeHash(sha256, nodes, { start: 0, end: 2 ** 40 + 12_345 });
  assert.ok(!isFlaw(root) && !isFlaw(path) && !isFlaw(proof) && !isFlaw(began));
  assert.equal(path.length, 53);
  assert.equal(checkInclusion(sha256, 2 ** 52 - 1, size, one, path, root), undefined);
  assert.equal(checkConsistency(sha256, 2 ** 40 + 12_345, size, began, proof, root), undefined);
});

test('what cannot be proved is a flaw: a missing or short node, a leaf outside, no subtree', () => {
  const nodes = naiveNodes(LEAVES.slice(0, 10));
  const range = { start: 0, end: 10 };
  assert.equal(isFlaw(proveInclusion(sha256, nodes, 10, range)), true);
  assert.equal(isFlaw(proveInclusion(sha256, nodes, 3, { start: 2, end: 5 })), true);
  assert.equal(isFlaw(proveConsistency(sha256, nodes, { start: 2, end: 5 }, 10)), true);
  assert.deepEqual(proveInclusion(sha256, nodes, 3, { start: 0, end: 11 }), { flaw: 'node_missing', detail: 'level 0, index 10' });
  assert.equal(isFlaw(proveInclusion(sha256, () => new Uint8Array(31), 3, range)), true);
});

test('ranges of proofs are subtrees, and consist of complete ones from left to right', () => {
  for (let size = 1; size <= 40; size++) {
    for (let at = 0; at < size; at++) {
      const ranges = [...inclusionRanges(at, { start: 0, end: size }), ...consistencyRanges({ start: 0, end: at + 1 }, size)];
      for (const range of ranges) {
        assert.ok(isSubtree(range, size));
        let next = range.start;
        for (const { level, index } of nodesOf(range)) {
          assert.equal(index * 2 ** level, next);
          next += 2 ** level;
        }
        assert.equal(next, range.end);
      }
    }
  }
});

test('a compact range has the root of the definition at every size, and goes on from its hashes', () => {
  const range = new CompactRange(sha256);
  const flat = Buffer.concat(LEAVES);
  for (let size = 0; size <= 300; size++) {
    assert.equal(hex(range.root()), hex(naiveRoot(LEAVES.slice(0, size))), `size ${size}`);
    const resumed = CompactRange.from(sha256, size, range.hashes());
    assert.ok(!isFlaw(resumed));
    assert.equal(resumed.size, size);
    if (size % 7 === 0) {
      resumed.append(LEAVES[size]!);
      assert.equal(hex(resumed.root()), hex(naiveRoot(LEAVES.slice(0, size + 1))), `resumed at ${size}`);
    }
    range.append(flat, size * 32);
  }
  range.clear();
  range.append(LEAVES[5]!);
  assert.deepEqual(range.root(), new Uint8Array(LEAVES[5]!));
  assert.throws(() => range.append(LEAVES[5]!, 1), /not 32 bytes/u);
});

test('the hash of a leaf is the one of the definition at every length, one after another', () => {
  for (const length of [0, 1, 4_094, 4_095, 4_096, 70_000, 3]) {
    const entry = new Uint8Array(length).fill(length);
    assert.equal(hex(leafHash(sha256, entry)), hex(sha256(Uint8Array.of(0, ...entry))), `${length} bytes`);
  }
});

test('a compact range is not resumed from hashes that are not of its size', () => {
  const [hash] = LEAVES;
  assert.ok(hash);
  assert.equal(isFlaw(CompactRange.from(sha256, 3, [hash])), true);
  assert.equal(isFlaw(CompactRange.from(sha256, 1, [hash.subarray(1)])), true);
  assert.equal(isFlaw(CompactRange.from(sha256, 2 ** 53, [hash])), true);
});
