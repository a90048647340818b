/**
 * Proofs within a block from a part of its leaves: those of the groups of 256 rows at hand, and the stored roots of all others. Since a group is a complete
 * subtree, the tree of the block is the tree of its groups' roots. Nobody trusts those: a proof is checked against the block's root.
 */
import { HASH_BYTES, isFlaw, nodeHash, proveInclusion, type Nodes } from '#merkle';
import { GROUP_ROWS } from '#leaves';
import { sha256 } from '#keys/signing';

export class BlockTree {
  readonly #rows: number;
  readonly #groups: Nodes;
  readonly #leaves = new Map<number, Nodes>();

  /** `groups`: the roots of all groups, one after another. */
  constructor(rows: number, groups: Uint8Array) {
    if (groups.length !== groupsOf(rows) * HASH_BYTES) throw new RangeError('cannot prove rows: the block has not one root for each 256 of them');
    this.#rows = rows;
    this.#groups = nodesOf(hashesIn(groups));
  }

  /** The hashes of all leaves of a group. */
  add(group: number, hashes: readonly Uint8Array[]): void {
    this.#leaves.set(group, nodesOf(hashes));
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

function hashesIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
