/**
 * The engine over a data directory that must not change: opened on a mirror of it, in which every file of the store is a symbolic link and only
 * table definitions are copies. An engine merges, removes what was replaced and writes marks as soon as it is open, and knows no disk
 * that it may only read; all of that happens to the links.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '#model';
import { openFirst } from './clickhouse.ts';
import { DATABASE } from './ddl.ts';
import { ENGINE_FOLDER, SEALED_FOLDER } from './engine-config.ts';
import { requireSchema } from './migrations.ts';
import { EngineError, type EngineSession } from './session.ts';

const IN_MEMORY = '/dev/shm';
/** ClickHouse's codes for a table and a database that are not there. */
const GONE: readonly number[] = [60, 81];

export class EngineAtRest {
  readonly #session: EngineSession;
  readonly #mirror: string;

  private constructor(session: EngineSession, mirror: string) {
    this.#session = session;
    this.#mirror = mirror;
    process.once('exit', this.#remove);
  }

  /**
   * Throws when the schema is not the present one: bringing it up to date would be a change. `mayLack`: it is also opened when the database or its
   * version is gone, so that somebody can say so. The caller sees to it that no server has the directory.
   */
  static async open(options: { readonly dataDir: string; readonly diskKey: Secret<Uint8Array>; readonly mayLack?: boolean }): Promise<EngineAtRest> {
    const { dataDir, diskKey, mayLack = false } = options;
    const mirror = makeMirror(dataDir, mayLack);
    let session: EngineSession | null = null;
    try {
      session = openFirst(mirror, join(mirror, ENGINE_FOLDER), diskKey);
      const { text } = { text: session.text.bind(session) };
      const unlessGone = async (work: Promise<unknown>): Promise<void> => {
        try {
          await work;
        } catch (error) {
          if (!mayLack || !(error instanceof EngineError) || !GONE.includes(error.clickhouseCode ?? 0)) throw error;
        }
      };
      await text('SYSTEM STOP MERGES');
      await unlessGone(text(`USE ${DATABASE}`));
      await unlessGone(requireSchema({ command: text }, undefined, mayLack));
      return new EngineAtRest(session, mirror);
    } catch (error) {
      await session?.close();
      rmSync(mirror, { recursive: true, force: true });
      throw error;
    }
  }

  /** Tab-separated text. */
  command(sql: string): Promise<string> {
    return this.#session.text(sql);
  }

  /** The answer as a stream of Native blocks. */
  queryNative(sql: string): Promise<Uint8Array> {
    return this.#session.native(sql);
  }

  async close(): Promise<void> {
    await this.#session.close();
    process.off('exit', this.#remove);
    this.#remove();
  }

  /** The links go, never what they lead to. */
  readonly #remove = (): void => rmSync(this.#mirror, { recursive: true, force: true });
}

/** In memory where there is room: on a disk, links to long paths take a block each, and a hundred times as long. */
function makeMirror(dataDir: string, mayLack: boolean): string {
  if (existsSync(IN_MEMORY)) {
    try {
      return mirrorIn(IN_MEMORY, dataDir, mayLack);
    } catch {
      // Not ours to write, or too small: the disk will say so if it is something else.
    }
  }
  return mirrorIn(tmpdir(), dataDir, mayLack);
}

function mirrorIn(place: string, dataDir: string, mayLack: boolean): string {
  const mirror = mkdtempSync(join(place, 'tracekeep-mirror-'));
  try {
    for (const [folder, file] of [[ENGINE_FOLDER, copyFileSync], [SEALED_FOLDER, (from: string, to: string) => symlinkSync(from, to)]] as const) {
      if (mayLack && !existsSync(join(dataDir, folder))) mkdirSync(join(mirror, folder), { mode: 0o700 });
      else mirrorFolder(join(dataDir, folder), join(mirror, folder), file);
    }
    return mirror;
  } catch (error) {
    rmSync(mirror, { recursive: true, force: true });
    throw error;
  }
}

function mirrorFolder(from: string, to: string, file: (from: string, to: string) => void): void {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) mirrorFolder(source, target, file);
    // Links of the engine are relative, from a table's name to its folder.
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isFile()) file(source, target);
  }
}
