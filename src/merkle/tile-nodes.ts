/**
 * The nodes of a tree, read from its tiles. What `read` gives may be attacker-controlled: a proof made from it is worth what its check against
 * a signed root says.
 */
import { flawed, type Flaw } from './flaw.ts';
import { HASH_BYTES, nodeHash, type Sha256 } from './hashes.ts';
import type { Nodes } from './proofs.ts';
import { tileOf, TILE_WIDTH, type Tile } from './tiles.ts';

/** The bytes of a tile, or of the full one where it is asked for a partial one; undefined if there is none. Reading the same one twice is up to it. */
export type ReadTile = (tile: Tile) => Uint8Array | undefined;

/** The nodes of the tree of this size. */
export function tileNodes(sha256: Sha256, size: number, read: ReadTile): Nodes {
  return (node) => {
    const { tile, start, end } = tileOf(node, size);
    if (end > tile.width) return flawed('node_missing', placeOf(tile));
    const bytes = read(tile);
    if (bytes === undefined) return flawed('node_missing', placeOf(tile));
    const flaw = checkTileLength(tile, bytes);
    return flaw ?? hashOf(sha256, bytes, start, end);
  };
}

/** A tile has exactly its width of hashes, or all 256 where a part of it is enough. */
export function checkTileLength(tile: Tile, bytes: Uint8Array): Flaw | undefined {
  const fits = bytes.length === tile.width * HASH_BYTES || bytes.length === TILE_WIDTH * HASH_BYTES;
  return fits ? undefined : flawed('tile_length', placeOf(tile));
}

/** The root over hashes of a tile, whose number is a power of two. */
export function hashOf(sha256: Sha256, bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start === 1) return bytes.slice(start * HASH_BYTES, end * HASH_BYTES);
  const middle = (start + end) / 2;
  return nodeHash(sha256, hashOf(sha256, bytes, start, middle), hashOf(sha256, bytes, middle, end));
}

function placeOf({ level, index, width }: Tile): string {
  return `level ${level}, tile ${index}, width ${width}`;
}
