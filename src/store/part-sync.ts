/**
 * Makes new parts durable. The engine syncs the files of a part; that the part's directory and its name in the table's directory survive
 * a power failure is left to us, because `fsync_part_directory` does not work on the encrypted disk.
 */

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Engine, ENGINE_FOLDER, SEALED_FOLDER } from '#clickhouse';
import { FILES, type Files } from '#files';

/** `store/<prefix>/<table>` under both folders. */
const TABLE_DEPTH = 3;
/** After a flush merges follow. How often their parts are looked for, and how long after the last one. Well within `old_parts_lifetime`. */
const FOLLOW_MS = 2_000;
const FOLLOWED_MS = 20_000;

export class PartSync {
  readonly #engine: Engine;
  readonly #files: Files;
  #synced = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #following: Promise<void> = Promise.resolve();
  #until_ms = 0;

  constructor(engine: Engine, files: Files = FILES) {
    this.#engine = engine;
    this.#files = files;
  }

  /** From now on, while merges make new parts, their directories are synced before the parts they replace are removed. */
  follow(): void {
    this.#until_ms = performance.now() + FOLLOWED_MS;
    this.#timer ??= setTimeout(() => {
      this.#following = this.#look();
    }, FOLLOW_MS).unref();
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#until_ms = 0;
    await this.#following;
  }

  async #look(): Promise<void> {
    this.#timer = null;
    // What cannot be asked or synced now is tried again: the next flush does, and rejects if it still cannot.
    const fresh = await this.sync().catch(() => 1);
    const merging = await this.#engine.command('SELECT count() FROM system.merges').catch(() => '1');
    const left_ms = this.#until_ms - performance.now();
    if (this.#until_ms === 0 || (fresh === 0 && Number(merging) === 0 && left_ms <= 0)) return;
    const until_ms = this.#until_ms;
    this.follow();
    if (fresh === 0 && Number(merging) === 0) this.#until_ms = until_ms;
  }

  /** Syncs the directories of all active parts that were not synced before, and their parents. Gives how many there were. */
  async sync(): Promise<number> {
    const paths = (await this.#engine.command("SELECT path FROM system.parts WHERE database = 'tracekeep' AND active")).split('\n').filter((path) => path !== '');
    const fresh = paths.filter((path) => !this.#synced.has(path));
    for (const path of fresh) await this.#syncUnlessGone(path);
    for (const parent of new Set(fresh.map((path) => dirname(path)))) await this.#files.syncDirectory(parent);
    this.#synced = new Set(paths);
    return fresh.length;
  }

  /** Syncs the directories that tables and their definitions live in: once at the start, after migrations may have made some. */
  async syncTables(dataDir: string): Promise<void> {
    for (const top of [ENGINE_FOLDER, SEALED_FOLDER]) await this.#syncTree(join(dataDir, top), TABLE_DEPTH);
    await this.#files.syncDirectory(dataDir);
  }

  async #syncTree(path: string, depth: number): Promise<void> {
    const entries = depth === 0 ? [] : await readdir(path, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) await this.#syncTree(join(path, entry.name), depth - 1);
    await this.#files.syncDirectory(path);
  }

  /** A part that was merged away in the meantime lives on in the merged one, which is synced by the same call or the next. */
  async #syncUnlessGone(path: string): Promise<void> {
    try {
      await this.#files.syncDirectory(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
