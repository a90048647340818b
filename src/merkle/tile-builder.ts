/**
 * Tiles of a log that grows (C2SP tlog-tiles): leaf hashes go in, full tiles come out as they fill up, and the partial ones of the size that
 * is to be published can be had at any time. It holds the last tile of each level and nothing else, so it can be resumed from a log's tiles.
 */
import { flawed, type Flaw } from './flaw.ts';
import { emptyRoot, HASH_BYTES, nodeHash, type Sha256 } from './hashes.ts';
import { isSize, powerBelow } from './ranges.ts';
import { checkTileLength, hashOf, type ReadTile } from './tile-nodes.ts';
import { TILE_LEVEL_MAX, TILE_WIDTH, tileWidth, type Tile } from './tiles.ts';

/** A tile of hashes with its bytes, which are the receiver's own. */
export interface TileBytes {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

/** The last tile of a level, which is never full. */
interface Edge {
  readonly bytes: Uint8Array;
  width: number;
  index: number;
}

export class TileBuilder {
  readonly #sha256: Sha256;
  readonly #edges: Edge[] = [];
  #size = 0;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** A builder that goes on with the log of this size, whose tiles are read. The caller compares its root with the signed one. */
  static resume(sha256: Sha256, size: number, read: ReadTile): TileBuilder | Flaw {
    if (!isSize(size)) return flawed('range_invalid');
    const builder = new TileBuilder(sha256);
    builder.#size = size;
    for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
      const edge = builder.#edge(level);
      edge.index = Math.floor(hashes / TILE_WIDTH);
      edge.width = tileWidth(level, edge.index, size);
      if (edge.width === 0) continue;
      const tile: Tile = { level, index: edge.index, width: edge.width };
      const bytes = read(tile);
      const flaw = bytes === undefined ? flawed('node_missing', `level ${level}, tile ${edge.index}, width ${edge.width}`) : checkTileLength(tile, bytes);
      if (flaw !== undefined) return flaw;
      edge.bytes.set(bytes!.subarray(0, edge.width * HASH_BYTES));
    }
    return builder;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a leaf and gives the tiles that it filled, lowest level first: almost always none. */
  append(leaf: Uint8Array): TileBytes[] {
    if (leaf.length !== HASH_BYTES) throw new RangeError('cannot append a leaf: its hash is not 32 bytes long');
    const full: TileBytes[] = [];
    let hash = leaf;
    for (let level = 0; level <= TILE_LEVEL_MAX; level++) {
      const edge = this.#edge(level);
      edge.bytes.set(hash, edge.width * HASH_BYTES);
      edge.width++;
      if (edge.width < TILE_WIDTH) break;
      hash = hashOf(this.#sha256, edge.bytes, 0, TILE_WIDTH);
      full.push({ tile: { level, index: edge.index, width: TILE_WIDTH }, bytes: edge.bytes.slice() });
      edge.width = 0;
      edge.index++;
    }
    this.#size++;
    return full;
  }

  /** The partial tiles of the tree as it is, lowest level first. With the full ones they are all that belongs to a checkpoint of this size. */
  partials(): TileBytes[] {
    return this.#edges.flatMap(({ bytes, width, index }, level) =>
      width === 0 ? [] : [{ tile: { level, index, width }, bytes: bytes.slice(0, width * HASH_BYTES) }],
    );
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const { bytes, width } of this.#edges) {
      if (width > 0) root = this.#rootOf(bytes, 0, width, root);
    }
    return root ?? emptyRoot(this.#sha256);
  }

  /** The root over hashes of a tile, and after them what is right of them in the tree, which is lower. */
  #rootOf(bytes: Uint8Array, start: number, end: number, right: Uint8Array | undefined): Uint8Array {
    // The largest power of two that is not above their number.
    const count = powerBelow(end - start + 1);
    const left = hashOf(this.#sha256, bytes, start, start + count);
    const rest = start + count < end ? this.#rootOf(bytes, start + count, end, right) : right;
    return rest === undefined ? left : nodeHash(this.#sha256, left, rest);
  }

  #edge(level: number): Edge {
    return (this.#edges[level] ??= { bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES), width: 0, index: 0 });
  }
}
