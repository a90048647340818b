/**
 * The log on disk, laid out so that a tile or a bundle of any width is a slice (docs/reference/log-format.md, C2SP tlog-tiles):
 *
 *     entries     u16 big-endian length and entry, 43 bytes each
 *     hashes.L    32 bytes for each root over 256^L entries, complete ones only
 *
 * Neither is secret, and nobody trusts them: what is made from them is checked against a signed root.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENTRY_BYTES } from '#evidence';
import type { Files } from '#files';
import { CompactRange, HASH_BYTES, leafHash, sameBytes, TILE_WIDTH, tileWidth, type Sha256, type Tile } from '#merkle';
import { LIMITS } from '#limits';
import { FlatFile } from './flat-file.ts';

const LENGTH_BYTES = 2;
const ITEM_BYTES = LENGTH_BYTES + ENTRY_BYTES;
/** Of tiles (`TILE_LEVEL_MAX`), from 0. */
const LEVELS = 7;

interface Level {
  readonly hashes: FlatFile;
  /** Over the hashes of the last tile, which is never full. */
  readonly edge: CompactRange;
}

export class LogFiles {
  readonly #sha256: Sha256;
  readonly #entries: FlatFile;
  readonly #levels: readonly Level[];
  readonly #item = new Uint8Array(ITEM_BYTES);
  #syncing: Promise<void> = Promise.resolve();

  private constructor(sha256: Sha256, entries: FlatFile, levels: readonly Level[]) {
    this.#sha256 = sha256;
    this.#entries = entries;
    this.#levels = levels;
    new DataView(this.#item.buffer).setUint16(0, ENTRY_BYTES);
  }

  /** Opens the log at a size; entries beyond it do not count. Throws when it has fewer, or when files do not belong together. Changes no file. */
  static async open(options: { readonly directory: string; readonly size: number; readonly sha256: Sha256; readonly files: Files }): Promise<LogFiles> {
    const { directory, size, sha256, files } = options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await files.syncDirectory(dirname(directory));
    const opened: FlatFile[] = [];
    const open = (name: string, itemBytes: number, items: number): FlatFile => {
      const file = FlatFile.open(join(directory, name), itemBytes, items, files);
      opened.push(file);
      return file;
    };
    try {
      const entries = open('entries', ITEM_BYTES, size);
      const levels: Level[] = [];
      for (let level = 0; level < LEVELS; level++) {
        const hashes = open(`hashes.${level}`, HASH_BYTES, Math.floor(size / TILE_WIDTH ** level));
        levels.push({ hashes, edge: edgeOf(sha256, hashes) });
      }
      const log = new LogFiles(sha256, entries, levels);
      log.#check(directory);
      return log;
    } catch (error) {
      for (const file of opened) await file.close();
      throw error;
    }
  }

  /** Cuts off what does not count. */
  async trim(): Promise<void> {
    for (const file of this.#all()) await file.trim();
  }

  get size(): number {
    return this.#entries.items;
  }

  get bytes(): number {
    return this.#all().reduce((sum, file) => sum + file.bytes, 0);
  }

  append(entry: Uint8Array): void {
    this.#item.set(entry, LENGTH_BYTES);
    this.#entries.push(this.#item);
    let hash = leafHash(this.#sha256, entry);
    for (const { hashes, edge } of this.#levels) {
      hashes.push(hash);
      edge.append(hash);
      if (edge.size < TILE_WIDTH) return;
      hash = edge.root();
      edge.clear();
    }
  }

  entry(index: number): Uint8Array {
    return this.#entries.read(index, index + 1).subarray(LENGTH_BYTES);
  }

  /** The bytes of a tile or a bundle; null if there is none of this width. */
  tile({ level, index, width }: Tile): Uint8Array | null {
    if (!Number.isSafeInteger(index) || index < 0 || !Number.isInteger(width) || width < 1 || tileWidth(level, index, this.size) < width) return null;
    const file = level === 'entries' ? this.#entries : this.#levels[level]?.hashes;
    return file?.read(index * TILE_WIDTH, index * TILE_WIDTH + width) ?? null;
  }

  /** Everything appended before is on the disk when resolved. */
  sync(): Promise<void> {
    const sync = this.#syncing.then(async () => {
      for (const file of this.#all()) await file.sync();
    });
    this.#syncing = sync.catch(() => undefined);
    return sync;
  }

  async close(): Promise<void> {
    await this.#syncing;
    for (const file of this.#all()) await file.close();
  }

  #all(): FlatFile[] {
    return [this.#entries, ...this.#levels.map(({ hashes }) => hashes)];
  }

  /** Compares the newest hashes of each level with what they are made from. Of a long log the older ones are left to `verify`. */
  #check(directory: string): void {
    for (const [level, { hashes }] of this.#levels.entries()) {
      const count = Math.ceil(LIMITS.log_checked_at_start_hashes / (level === 0 ? 1 : TILE_WIDTH));
      for (let from = Math.max(0, hashes.items - count); from < hashes.items; from += TILE_WIDTH) {
        const to = Math.min(hashes.items, from + TILE_WIDTH);
        const found = hashes.read(from, to);
        for (let at = from; at < to; at++) {
          const place = (at - from) * HASH_BYTES;
          if (sameBytes(this.#hashOf(level, at), found.subarray(place, place + HASH_BYTES))) continue;
          throw new Error(`cannot open the log: hash ${at} of ${join(directory, `hashes.${level}`)} does not belong to what it is said to be made from, so one of the files in ${directory} was changed; restore the folder from a copy of the data directory`);
        }
      }
    }
  }

  #hashOf(level: number, index: number): Uint8Array {
    const below = this.#levels[level - 1]?.hashes;
    if (below === undefined) return leafHash(this.#sha256, this.entry(index));
    const range = new CompactRange(this.#sha256);
    const tile = below.read(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    for (let at = 0; at < TILE_WIDTH; at++) range.append(tile, at * HASH_BYTES);
    return range.root();
  }
}

function edgeOf(sha256: Sha256, hashes: FlatFile): CompactRange {
  const edge = new CompactRange(sha256);
  const tile = hashes.read(hashes.items - (hashes.items % TILE_WIDTH), hashes.items);
  for (let at = 0; at < tile.length; at += HASH_BYTES) edge.append(tile, at);
  return edge;
}
