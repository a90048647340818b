/**
 * Makes new parts durable. The engine syncs the files of a part; that the part's directory and its name in the table's directory survive
 * a power failure is left to us, because `fsync_part_directory` does not work on the encrypted disk.
 */

import { dirname } from 'node:path';
import type { Engine } from '#clickhouse';
import { FILES, type Files } from './files.ts';

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

  /** A part that was merged away in the meantime lives on in the merged one, which is synced by the same call or the next. */
  async #syncUnlessGone(path: string): Promise<void> {
    try {
      await this.#files.syncDirectory(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
