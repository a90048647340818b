/**
 * Proofs: made from the nodes of a tree, and checked. The checks are the iterative ones of RFC 9162 (§2.1.3.2, §2.1.4.2) and, for subtrees,
 * of draft-ietf-plants-merkle-tree-certs §4.3.2 and §4.4.3. Every argument of a check may be attacker-controlled but the hash function; a check
 * answers with the flaw, or undefined if the proof holds.
 */
import { flawed, isFlaw, type Flaw } from './flaw.ts';
import { areHashes, emptyRoot, HASH_BYTES, nodeHash, sameBytes, type Sha256 } from './hashes.ts';
import { consistencyRanges, inclusionRanges, isSize, isSubtree, nodesOf, type NodeAt, type Range } from './ranges.ts';

export type Proof = readonly Uint8Array[];
/** The hash of a complete subtree, or undefined or the flaw if it cannot be had. */
export type Nodes = (at: NodeAt) => Uint8Array | Flaw | undefined;

/** The hash of a subtree of a tree, or the root with start 0. */
export function rangeHash(sha256: Sha256, nodes: Nodes, range: Range): Uint8Array | Flaw {
  if (!isSubtree(range, range.end)) return flawed('range_invalid');
  let hash: Uint8Array | undefined;
  for (const at of nodesOf(range).reverse()) {
    const node = nodes(at) ?? flawed('node_missing', `level ${at.level}, index ${at.index}`);
    if (isFlaw(node)) return node;
    if (node.length !== HASH_BYTES) return flawed('hash_length', `level ${at.level}, index ${at.index}`);
    hash = hash === undefined ? node : nodeHash(sha256, node, hash);
  }
  return hash ?? emptyRoot(sha256);
}

/** A proof that a leaf is in a subtree; in the tree of a size, with the range from 0 to it. */
export function proveInclusion(sha256: Sha256, nodes: Nodes, index: number, range: Range): Uint8Array[] | Flaw {
  if (!isInside(index, range)) return flawed('range_invalid');
  return rangeHashes(sha256, nodes, inclusionRanges(index, range));
}

/** A proof that a subtree is part of a tree; that a tree began as one of size m, with the range from 0 to m. */
export function proveConsistency(sha256: Sha256, nodes: Nodes, range: Range, size: number): Uint8Array[] | Flaw {
  if (!isSubtree(range, size)) return flawed('range_invalid');
  return rangeHashes(sha256, nodes, consistencyRanges(range, size));
}

/** That the leaf of this hash is the one at `index` in the tree of this size and root. */
export function checkInclusion(sha256: Sha256, index: number, size: number, leaf: Uint8Array, proof: Proof, root: Uint8Array): Flaw | undefined {
  return checkSubtreeInclusion(sha256, index, { start: 0, end: size }, leaf, proof, root);
}

/** That the leaf of this hash is the one at `index` of the tree, and in the subtree of this range and hash. */
export function checkSubtreeInclusion(sha256: Sha256, index: number, range: Range, leaf: Uint8Array, proof: Proof, hash: Uint8Array): Flaw | undefined {
  if (!isInside(index, range)) return flawed('range_invalid');
  if (leaf.length !== HASH_BYTES || !areHashes(proof)) return flawed('hash_length');
  let at = index - range.start;
  let last = range.end - range.start - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) return flawed('proof_length');
    if (isOdd(at) || at === last) {
      computed = nodeHash(sha256, sibling, computed);
      for (; !isOdd(at) && at !== 0; at = half(at)) last = half(last);
    } else {
      computed = nodeHash(sha256, computed, sibling);
    }
    at = half(at);
    last = half(last);
  }
  if (last !== 0) return flawed('proof_length');
  return sameBytes(computed, hash) ? undefined : flawed('root_mismatch');
}

/** That the tree of the second size and root began as that of the first. An empty one proves nothing and is refused. */
export function checkConsistency(sha256: Sha256, first: number, second: number, firstRoot: Uint8Array, proof: Proof, secondRoot: Uint8Array): Flaw | undefined {
  if (first === 0) return flawed('range_invalid');
  return checkSubtreeConsistency(sha256, { start: 0, end: first }, second, firstRoot, proof, secondRoot);
}

/** That the subtree of this range and hash is part of the tree of this size and root. Of an empty subtree the root is not looked at. */
export function checkSubtreeConsistency(sha256: Sha256, range: Range, size: number, hash: Uint8Array, proof: Proof, root: Uint8Array): Flaw | undefined {
  if (!isSubtree(range, size)) return flawed('range_invalid');
  if (!areHashes(proof)) return flawed('hash_length');
  if (range.start === range.end) {
    if (proof.length > 0) return flawed('proof_length');
    return sameBytes(hash, emptyRoot(sha256)) ? undefined : flawed('root_mismatch');
  }
  let [first, last, end] = [range.start, range.end - 1, size - 1];
  const shift = (): void => {
    [first, last, end] = [half(first), half(last), half(end)];
  };
  if (last === end) while (first !== last) shift();
  else while (first !== last && isOdd(last)) shift();
  const whole = first === last;
  const start = whole ? hash : proof[0];
  if (start === undefined) return flawed('proof_length');
  let [ofPart, ofTree] = [start, start];
  for (const sibling of whole ? proof : proof.slice(1)) {
    if (end === 0) return flawed('proof_length');
    if (isOdd(last) || last === end) {
      if (first < last) ofPart = nodeHash(sha256, sibling, ofPart);
      ofTree = nodeHash(sha256, sibling, ofTree);
      while (!isOdd(last) && last !== 0) shift();
    } else {
      ofTree = nodeHash(sha256, ofTree, sibling);
    }
    shift();
  }
  if (end !== 0) return flawed('proof_length');
  return sameBytes(ofPart, hash) && sameBytes(ofTree, root) ? undefined : flawed('root_mismatch');
}

function rangeHashes(sha256: Sha256, nodes: Nodes, ranges: readonly Range[]): Uint8Array[] | Flaw {
  const hashes: Uint8Array[] = [];
  for (const range of ranges) {
    const hash = rangeHash(sha256, nodes, range);
    if (isFlaw(hash)) return hash;
    hashes.push(hash);
  }
  return hashes;
}

function isInside(index: number, range: Range): boolean {
  return isSize(index) && isSubtree(range, range.end) && range.start <= index && index < range.end;
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}
