/**
 * Tiles and entry bundles of a log (C2SP tlog-tiles): where each hash lies, how wide a tile is in a tree of some size, and what it is called.
 * Tile (level, index) holds up to 256 hashes; its hash i is the root over 256^level leaves, beginning with leaf (256 · index + i) · 256^level.
 */
import { flawed, type Flaw } from './flaw.ts';
import { isSize, nodesOf, type NodeAt, type Range } from './ranges.ts';

export const TILE_WIDTH = 256;
/** Levels of a tree in one tile. */
export const TILE_HEIGHT = 8;
/** Above level 6 no tree of a size below 2^53 has a tile. */
export const TILE_LEVEL_MAX = 6;

/** `level` is that of tlog-tiles, or `entries` for a bundle; `width` is 1 to 256 hashes or entries. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** How many hashes or entries tile `index` has in a tree of this size; 0 if there is none. */
export function tileWidth(level: Tile['level'], index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The tile that a node is in, in a tree of this size, and which of its hashes the node is the root of. */
export function tileOf({ level, index }: NodeAt, size: number): { tile: Tile; start: number; end: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const tileIndex = Math.floor((index * count) / TILE_WIDTH);
  const start = index * count - tileIndex * TILE_WIDTH;
  return { tile: { level: tileLevel, index: tileIndex, width: tileWidth(tileLevel, tileIndex, size) }, start, end: start + count };
}

/** The tiles that the hashes of these subtrees are made from, each once: what to fetch before a proof can be made. */
export function tilesFor(ranges: readonly Range[], size: number): Tile[] {
  const tiles = new Map<string, Tile>();
  for (const { tile } of ranges.flatMap(nodesOf).map((node) => tileOf(node, size))) tiles.set(tilePath(tile), tile);
  return [...tiles.values()];
}

/** The tiles and bundles that a log has to write when it grows: new ones and those that became wider, at the width that they have now. */
export function tilesBetween(before: number, after: number): Tile[] {
  const tiles: Tile[] = [];
  for (const level of ['entries', ...Array.from({ length: TILE_LEVEL_MAX + 1 }, (_, level) => level)] as const) {
    const scale = TILE_WIDTH ** (level === 'entries' ? 0 : level);
    const [had, has] = [Math.floor(before / scale), Math.floor(after / scale)];
    for (let index = Math.floor(had / TILE_WIDTH); had < has && index * TILE_WIDTH < has; index++) {
      tiles.push({ level, index, width: tileWidth(level, index, after) });
    }
  }
  return tiles;
}

/** Such as `tile/0/x001/x234/067.p/5`, below the prefix of the log. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/gu) ?? [];
  const last = groups.length - 1;
  const name = groups.map((group, at) => (at < last ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that a path names; attacker-controlled. Each tile has one path, so others than that are refused. */
export function parseTilePath(path: string): Tile | Flaw {
  const parts = /^tile\/(entries|\d)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/u.exec(path);
  if (parts === null) return flawed('tile_path');
  const level = parts[1] === 'entries' ? 'entries' : Number(parts[1]);
  const tile: Tile = { level, index: Number(parts[2]!.replaceAll(/[x/]/gu, '')), width: Number(parts[3] ?? TILE_WIDTH) };
  if (level !== 'entries' && level > TILE_LEVEL_MAX) return flawed('tile_path');
  if (!isSize(tile.index) || tile.width < 1 || tile.width > TILE_WIDTH || tilePath(tile) !== path) return flawed('tile_path');
  return tile;
}
