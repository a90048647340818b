/**
 * A compact range: a tree that grows leaf by leaf and keeps only the roots of its complete subtrees, one for each bit of its size. It costs
 * one hash per leaf and allocates nothing but what the hash function returns, since every span's leaf goes through it.
 */
import { flawed, type Flaw } from './flaw.ts';
import { areHashes, emptyRoot, HASH_BYTES, newNode, NODE_BYTES, type Sha256 } from './hashes.ts';
import { HEIGHT_MAX, isSize } from './ranges.ts';

const LEFT = 1;
const RIGHT = LEFT + HASH_BYTES;

export class CompactRange {
  readonly #sha256: Sha256;
  /** The node that is hashed, and after it the root of the complete subtree of each level: one array, so that hashes are copied within it. */
  readonly #bytes: Uint8Array;
  readonly #node: Uint8Array;
  #size = 0;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
    this.#bytes = new Uint8Array(NODE_BYTES + HEIGHT_MAX * HASH_BYTES);
    this.#bytes.set(newNode());
    this.#node = this.#bytes.subarray(0, NODE_BYTES);
  }

  /** A range that goes on from the hashes that another of this size gave. */
  static from(sha256: Sha256, size: number, hashes: readonly Uint8Array[]): CompactRange | Flaw {
    if (!isSize(size)) return flawed('range_invalid');
    const levels = levelsOf(size);
    if (levels.length !== hashes.length) return flawed('proof_length');
    if (!areHashes(hashes)) return flawed('hash_length');
    const range = new CompactRange(sha256);
    for (const [at, level] of levels.entries()) range.#bytes.set(hashes[at]!, placeOf(level));
    range.#size = size;
    return range;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends the leaf whose 32-byte hash begins at `start`. */
  append(hashes: Uint8Array, start = 0): void {
    if (start + HASH_BYTES > hashes.length) throw new RangeError('cannot append a leaf: its hash is not 32 bytes long');
    const bytes = this.#bytes;
    for (let at = 0; at < HASH_BYTES; at++) bytes[RIGHT + at] = hashes[start + at]!;
    let place = NODE_BYTES;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2, place += HASH_BYTES) {
      bytes.copyWithin(LEFT, place, place + HASH_BYTES);
      bytes.set(this.#sha256(this.#node), RIGHT);
    }
    bytes.copyWithin(place, RIGHT, RIGHT + HASH_BYTES);
    this.#size++;
  }

  root(): Uint8Array {
    const [lowest, ...higher] = levelsOf(this.#size).reverse();
    if (lowest === undefined) return emptyRoot(this.#sha256);
    const bytes = this.#bytes;
    bytes.copyWithin(RIGHT, placeOf(lowest), placeOf(lowest) + HASH_BYTES);
    for (const level of higher) {
      bytes.copyWithin(LEFT, placeOf(level), placeOf(level) + HASH_BYTES);
      bytes.set(this.#sha256(this.#node), RIGHT);
    }
    return bytes.slice(RIGHT, RIGHT + HASH_BYTES);
  }

  /** The roots of the complete subtrees, from left to right: with the size all that is needed to go on. */
  hashes(): Uint8Array[] {
    return levelsOf(this.#size).map((level) => this.#bytes.slice(placeOf(level), placeOf(level) + HASH_BYTES));
  }

  /** Makes it empty, so that it can be used for the next tree. */
  clear(): void {
    this.#size = 0;
  }
}

function placeOf(level: number): number {
  return NODE_BYTES + level * HASH_BYTES;
}

/** The bits of a size, from the highest to the lowest. */
function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let [rest, level] = [size, 0]; rest > 0; rest = Math.floor(rest / 2), level++) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}
