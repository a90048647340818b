/**
 * The tree over the leaves of a block, in groups of 256: every hash is written where its parent's is taken over, so that nothing is copied. The tree of
 * all is the tree of the groups' roots, since a group is a complete subtree (only the last may have fewer leaves).
 */
import { CompactRange, HASH_BYTES, type Sha256 } from '#merkle';
import { digestInto } from './sha256.ts';

/** Rows whose leaves have a root of their own, kept with the block's body: a proof of one span reads so many rows. */
export const GROUP_ROWS = 256;

const NODE = 1;
const NODE_BYTES = 1 + 2 * HASH_BYTES;

const stable = Buffer.alloc(HASH_BYTES);
/** The answer is the same array each time. */
const sha256: Sha256 = (bytes) => {
  digestInto(bytes, stable, 0);
  return stable;
};

export class BlockTree {
  /** Inner nodes of a group as they are hashed, level by level from below: leaf `i` is half of node `i >> 1`. */
  readonly bytes = Buffer.alloc((GROUP_ROWS - 1) * NODE_BYTES);
  readonly #nodes: Uint8Array[];
  readonly #root = Buffer.alloc(HASH_BYTES);
  readonly #groups: Buffer[] = [];
  readonly #tree = new CompactRange(sha256);
  #size = 0;

  constructor() {
    this.#nodes = Array.from({ length: GROUP_ROWS - 1 }, (_, node) => this.bytes.subarray(node * NODE_BYTES, (node + 1) * NODE_BYTES));
    for (const node of this.#nodes) node[0] = NODE;
  }

  clear(): void {
    this.#size = 0;
    this.#groups.length = 0;
    this.#tree.clear();
  }

  /** Where in `bytes` the hash of the next leaf belongs; write it there, then call `added`. */
  get place(): number {
    return placeOf(this.#size);
  }

  added(): void {
    if (++this.#size === GROUP_ROWS) this.#endGroup();
  }

  /** The root of all, and those of the groups one after another. Nothing can be added any more. */
  close(): { readonly root: Uint8Array; readonly groups: Uint8Array } {
    if (this.#size > 0) this.#endGroup();
    const groups = new Uint8Array(this.#groups.length * HASH_BYTES);
    for (const [at, root] of this.#groups.entries()) groups.set(root, at * HASH_BYTES);
    return { root: Uint8Array.from(this.#tree.root()), groups };
  }

  #endGroup(): void {
    if (this.#size === GROUP_ROWS) this.#wholeGroup();
    else this.#partOfGroup();
    this.#groups.push(Buffer.from(this.#root));
    this.#tree.append(this.#root);
    this.#size = 0;
  }

  #wholeGroup(): void {
    const nodes = this.#nodes;
    const last = GROUP_ROWS - 2;
    for (let node = 0; node < last; node++) digestInto(nodes[node]!, this.bytes, placeOf(GROUP_ROWS + node));
    digestInto(nodes[last]!, this.#root, 0);
  }

  #partOfGroup(): void {
    const range = new CompactRange(sha256);
    for (let leaf = 0; leaf < this.#size; leaf++) range.append(this.bytes, placeOf(leaf));
    this.#root.set(range.root());
  }
}

/** Leaves are hashes 0 to 255, the hash of node `i` is hash 256 + i: hash `h` is half of node `h >> 1`. */
function placeOf(hash: number): number {
  return (hash >> 1) * NODE_BYTES + 1 + (hash & 1) * HASH_BYTES;
}
