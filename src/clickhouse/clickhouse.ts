/**
 * The embedded ClickHouse engine: one writer session, one for housekeeping, one for verification, a bounded pool of readers, all on one encrypted disk. Only
 * asynchronous calls: nothing here holds up the event loop.
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import { DATABASE, insertFromFile } from './ddl.ts';
import { DISK_KEY_VARIABLE, ENGINE_FOLDER, engineConfig, SEALED_FOLDER } from './engine-config.ts';
import { migrate } from './migrations.ts';
import { NativeFeed } from './native-feed.ts';
import type { Params } from './parameters.ts';
import { READER_SETTINGS, Readers, type QueryBounds } from './readers.ts';
import type { Table } from './schema.ts';
import { EngineSession } from './session.ts';

export { DATABASE } from './ddl.ts';
export { ENGINE_FOLDER, SEALED_FOLDER } from './engine-config.ts';
export type { Param, Params } from './parameters.ts';
export { QueryRefused, type QueryBounds } from './readers.ts';
export { EngineError } from './session.ts';

/** Writer, housekeeping, verification, readers, the FIFO's open and write, and the journal each may block a thread of libuv's pool at once. */
const POOL_THREADS_MIN = LIMITS.queries_at_once_max + 7;

/** One thread: verification goes on beside work that somebody waits for. */
const VERIFIER_SETTINGS = `SET ${Object.entries({
  max_memory_usage: LIMITS.query_memory_bytes_max,
  max_threads: 1,
  max_result_bytes: LIMITS.native_answer_bytes_max,
  result_overflow_mode: "'throw'",
  readonly: 2,
})
  .map(([name, value]) => `${name} = ${value}`)
  .join(', ')}`;

export class Engine {
  readonly #writer: EngineSession;
  readonly #housekeeper: EngineSession;
  readonly #verifier: EngineSession;
  readonly #readerSessions: readonly EngineSession[];
  readonly #readers: Readers;
  readonly #feed: NativeFeed;
  #inserting: Promise<unknown> = Promise.resolve();

  private constructor(parts: { writer: EngineSession; housekeeper: EngineSession; verifier: EngineSession; readers: readonly EngineSession[]; feed: NativeFeed }) {
    this.#writer = parts.writer;
    this.#housekeeper = parts.housekeeper;
    this.#verifier = parts.verifier;
    this.#readerSessions = parts.readers;
    this.#readers = new Readers(parts.readers);
    this.#feed = parts.feed;
  }

  /** Opens the engine on a data directory and migrates its schema. One engine per process; the caller holds the directory's lock. */
  static async open(options: { readonly dataDir: string; readonly diskKey: Secret<Uint8Array>; readonly readers?: number }): Promise<Engine> {
    requirePoolThreads();
    const { dataDir, diskKey, readers: count = LIMITS.queries_at_once_max } = options;
    const path = join(dataDir, ENGINE_FOLDER);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    mkdirSync(join(dataDir, SEALED_FOLDER), { recursive: true, mode: 0o700 });
    const writer = openFirst(dataDir, path, diskKey);
    const housekeeper = new EngineSession(path);
    const verifier = new EngineSession(path);
    const readers = Array.from({ length: count }, () => new EngineSession(path));
    try {
      const feed = await NativeFeed.make(join(dataDir, 'insert.fifo'));
      await migrate({ command: (sql) => writer.text(sql) }, { kind: 'embedded' });
      await Promise.all(readers.map((session) => session.text(`USE ${DATABASE}; ${READER_SETTINGS}`)));
      await verifier.text(`USE ${DATABASE}; ${VERIFIER_SETTINGS}`);
      await Promise.all([writer, housekeeper].map((session) => session.text(`USE ${DATABASE}; SET output_format_json_quote_64bit_integers = 1`)));
      return new Engine({ writer, housekeeper, verifier, readers, feed });
    } catch (error) {
      await Promise.all([...readers, verifier, housekeeper, writer].map((session) => session.close()));
      throw error;
    }
  }

  /** Inserts Native blocks in order. One at a time; the rows of one call become one part per partition, or none of them do. */
  insertNative(table: Table, blocks: readonly Uint8Array[]): Promise<void> {
    const insert = this.#inserting.then(() => this.#feed.pour(blocks, () => this.#writer.text(insertFromFile(table, this.#feed.path))));
    this.#inserting = insert.catch(() => undefined);
    return insert;
  }

  /** Answers a query with `{name:Type}` placeholders on a reader session. Throws `QueryRefused` when busy or late, `EngineError` otherwise. */
  query<T>(sql: string, params: Params, bounds: QueryBounds): Promise<T[]> {
    return this.#readers.query<T>(sql, params, bounds);
  }

  /** Refuses queries that wait and those that come, as `draining`. */
  drainQueries(): void {
    this.#readers.drain();
  }

  /** Runs a statement of our own (DDL, retention, look-ups of parts) outside the readers' limits. Gives tab-separated text. */
  command(sql: string): Promise<string> {
    return this.#housekeeper.text(sql);
  }

  /**
   * The rows of a query of our own as a stream of Native blocks, for `#leaves`. One at a time, on a session that does nothing else; an answer of more than
   * `native_answer_bytes_max` fails, so ask for a bounded number of rows.
   */
  queryNative(sql: string): Promise<Uint8Array> {
    return this.#verifier.native(sql);
  }

  async close(): Promise<void> {
    await this.#inserting;
    for (const session of [...this.#readerSessions, this.#verifier, this.#housekeeper, this.#writer]) await session.close();
    this.#feed.remove();
  }
}

/** The first session opens the disk. The key goes in through the environment of this process and is gone before anything else runs. */
export function openFirst(dataDir: string, path: string, diskKey: Secret<Uint8Array>): EngineSession {
  const config = join(dataDir, 'engine.xml');
  rmSync(config, { force: true });
  writeFileSync(config, engineConfig(dataDir), { mode: 0o600, flag: 'wx' });
  process.env[DISK_KEY_VARIABLE] = Buffer.from(diskKey.reveal()).toString('hex');
  try {
    return new EngineSession(path, [`--config-file=${config}`]);
  } catch (cause) {
    throw new Error(`cannot open the engine in ${dataDir}${existsSync(join(path, 'status')) ? ' (a wrong key, or another process has it open)' : ''}`, { cause });
  } finally {
    delete process.env[DISK_KEY_VARIABLE];
    rmSync(config, { force: true });
  }
}

function requirePoolThreads(): void {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  if (!(threads >= POOL_THREADS_MIN)) throw new Error(`cannot open the engine: UV_THREADPOOL_SIZE is ${threads} and must be at least ${POOL_THREADS_MIN}, or inserts and queries wait for each other for ever`);
}
