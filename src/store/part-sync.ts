/**
 * Makes new parts durable. The engine syncs the files of a part; that the part's directory and its name in the table's directory survive
 * a power failure is left to us, because `fsync_part_directory` does not work on the encrypted disk.
 */

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Engine, ENGINE_FOLDER, SEALED_FOLDER } from '#clickhouse';
import { FILES, type Files } from './files.ts';

/** `store/<prefix>/<table>` under both folders. */
const TABLE_DEPTH = 3;

export class PartSync {
  readonly #engine: Engine;
  readonly #files: Files;
  #synced = new Set<string>();

  constructor(engine: Engine, files: Files = FILES) {
    this.#engine = engine;
    this.#files = files;
  }

  /** Syncs the directories of all active parts that were not synced before, and their parents. */
  async sync(): Promise<void> {
    const paths = (await this.#engine.command("SELECT path FROM system.parts WHERE database = 'tracekeep' AND active")).split('\n').filter((path) => path !== '');
    const fresh = paths.filter((path) => !this.#synced.has(path));
    for (const path of fresh) await this.#syncUnlessGone(path);
    for (const parent of new Set(fresh.map((path) => dirname(path)))) await this.#files.syncDirectory(parent);
    this.#synced = new Set(paths);
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
