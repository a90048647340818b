/**
 * A disk for tests whose power can be cut and whose operations can be made to fail. What was written and not synced, and names whose directory
 * was not synced, are forgotten at the cut; after it nothing works.
 */

import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type AppendFile, FILES, type Files } from '#files';

export type Operation = 'create' | 'append' | 'sync' | 'rename' | 'directory';

/** lost: the operation is not done. persisted: it is done, for good, and said to have failed. */
export type Fate = 'lost' | 'persisted';

export interface Fault {
  readonly operation: Operation;
  /** Of the file or directory that it is done to. */
  readonly path: RegExp;
  /** How many such operations go well before. */
  readonly passes: number;
  readonly fate: Fate;
  /** The power goes with it. */
  readonly cut: boolean;
}

export class Power {
  /** Bytes that are on the disk for good, by path. */
  readonly #synced = new Map<string, number>();
  /** Names that a cut takes back: what was at the path before, or null. */
  readonly #names = new Map<string, Uint8Array | null>();
  #fault: Fault | null = null;
  #passed = 0;
  #isOut = false;

  /** The next operation like this fails. */
  arm(fault: Fault): void {
    this.#fault = fault;
    this.#passed = 0;
  }

  /** Whether what was armed has happened. */
  get hasStruck(): boolean {
    return this.#fault === null;
  }

  cut(): void {
    if (this.#isOut) return;
    this.#isOut = true;
    for (const [path, bytes] of this.#synced) if (existsSync(path) && readFileSync(path).length > bytes) truncateSync(path, bytes);
    for (const [path, before] of this.#names) {
      if (before === null) rmSync(path, { force: true });
      else writeFileSync(path, before);
    }
  }

  readonly files: Files = {
    create: async (path) => {
      const file = await this.#do('create', path, () => FILES.create(path), (made) => made.close());
      this.#names.set(path, null);
      return this.#watched(path, file, 0);
    },
    open: async (path, bytes) => this.#watched(path, await FILES.open(path, bytes), bytes),
    rename: (from, to) => this.#do('rename', to, async () => {
      if (!this.#names.has(to)) this.#names.set(to, existsSync(to) ? readFileSync(to) : null);
      await FILES.rename(from, to);
      this.#names.delete(from);
      this.#synced.delete(from);
    }, async () => this.#keepNames(dirname(to))),
    syncDirectory: (path) => this.#do('directory', path, async () => {
      await FILES.syncDirectory(path);
      this.#keepNames(path);
    }),
  };

  #watched(path: string, file: AppendFile, bytes: number): AppendFile {
    let written = bytes;
    this.#synced.set(path, bytes);
    const sync = async (): Promise<void> => {
      await file.sync();
      // Under the name that it has by now.
      if (this.#synced.has(path)) this.#synced.set(path, written);
    };
    return {
      append: (parts) => this.#do('append', path, async () => {
        await file.append(parts);
        written += parts.reduce((sum, part) => sum + part.length, 0);
      }, sync),
      sync: () => this.#do('sync', path, sync),
      cut: async (to) => {
        if (this.#isOut) throw new Error('the power is out');
        await file.cut(to);
        written = to;
        this.#synced.set(path, to);
      },
      close: () => file.close(),
    };
  }

  /** `keep` makes for good what a fault persists. */
  async #do<Done>(operation: Operation, path: string, act: () => Promise<Done>, keep: (done: Done) => Promise<void> = async () => undefined): Promise<Done> {
    if (this.#isOut) throw new Error('the power is out');
    const fault = this.#fault;
    if (fault === null || fault.operation !== operation || !fault.path.test(path)) return act();
    if (this.#passed++ < fault.passes) return act();
    this.#fault = null;
    if (fault.fate === 'persisted') await keep(await act());
    if (fault.cut) this.cut();
    throw Object.assign(new Error(`EIO: ${operation} of ${basename(path)}`), { code: 'EIO' });
  }

  #keepNames(directory: string): void {
    for (const path of this.#names.keys()) if (dirname(path) === directory) this.#names.delete(path);
  }
}
