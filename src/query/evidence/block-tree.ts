/**
 * Proofs within a block from a part of its leaves: those of the groups of 256 rows at hand, and the stored roots of all others. Since a group is a complete
 * subtree, the tree of the block is the tree of its groups' roots. Nobody trusts those: they must come to the block's root, and leaves to theirs.
 */
import { HASH_BYTES, isFlaw, nodeHash, proveInclusion, rangeHash, sameBytes, type Nodes } from '#merkle';
import { GROUP_ROWS } from '#leaves';
import { sha256 } from '#keys/signing';

export class BlockTree {
  readonly #rows: number;
  readonly #groups: Nodes;
  readonly #leaves = new Map<number, Nodes>();

  private constructor(rows: number, groups: Nodes) {
    this.#rows = rows;
    this.#groups = groups;
  }

  /** `groups`: the roots of all groups, one after another. Null if they do not come to this root. */
  static of(rows: number, groups: Uint8Array, root: Uint8Array): BlockTree | null {
    if (rows === 0 || groups.length !== groupsOf(rows) * HASH_BYTES) return null;
    const nodes = nodesOf(hashesIn(groups));
    return hasRoot(nodes, groupsOf(rows), root) ? new BlockTree(rows, nodes) : null;
  }

  /** The hashes of all leaves of a group; false if they do not come to its root. */
  add(group: number, hashes: readonly Uint8Array[]): boolean {
    const nodes = nodesOf(hashes);
    const root = this.#groups({ level: 0, index: group });
    if (hashes.length !== rowsOfGroup(group, this.#rows) || root === undefined || isFlaw(root) || !hasRoot(nodes, hashes.length, root)) return false;
    this.#leaves.set(group, nodes);
    return true;
  }

  /** The hashes that lead from a row, whose group must be here, to the root. */
  proof(row: number): Uint8Array[] {
    const group = Math.floor(row / GROUP_ROWS);
    const leaves = this.#leaves.get(group);
    if (leaves === undefined) throw new RangeError('cannot prove a row: its leaves are not here');
    const within = proveInclusion(sha256, leaves, row % GROUP_ROWS, { start: 0, end: rowsOfGroup(group, this.#rows) });
    const above = proveInclusion(sha256, this.#groups, group, { start: 0, end: groupsOf(this.#rows) });
    if (isFlaw(within) || isFlaw(above)) throw new RangeError('cannot prove a row: the tree is not whole');
    return [...within, ...above];
  }
}

export function groupsOf(rows: number): number {
  return Math.ceil(rows / GROUP_ROWS);
}

export function rowsOfGroup(group: number, rows: number): number {
  return Math.min(GROUP_ROWS, rows - group * GROUP_ROWS);
}

/** The complete subtrees over these hashes. */
function nodesOf(hashes: readonly Uint8Array[]): Nodes {
  const levels = [hashes];
  for (let below = hashes; below.length > 1; ) {
    const level: Uint8Array[] = [];
    for (let at = 0; at + 1 < below.length; at += 2) level.push(nodeHash(sha256, below[at]!, below[at + 1]!));
    levels.push(level);
    below = level;
  }
  return ({ level, index }) => levels[level]?.[index];
}

function hasRoot(nodes: Nodes, size: number, root: Uint8Array): boolean {
  const computed = rangeHash(sha256, nodes, { start: 0, end: size });
  return !isFlaw(computed) && sameBytes(computed, root);
}

function hashesIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
