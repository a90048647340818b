/**
 * What a witness remembers: of each log the largest checkpoint that it cosigned, and the checkpoints that it refused although the log's own key
 * had signed them. One SQLite file with a write-ahead log and `synchronous=FULL`: a change that was reported is on the disk, one statement is
 * compare and set, and `tracekeep witness status` reads beside a running witness.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '#limits';
import type { Cosigned, Suspicion } from './verdict.ts';

export interface Recorded extends Cosigned {
  readonly origin: string;
  /** The checkpoint with the signatures of the log that hold, and ours. */
  readonly note: string;
  /** When it was cosigned, in seconds since 1970. */
  readonly time_s: number;
}

export interface Refused {
  readonly origin: string;
  readonly suspicion: Suspicion;
  readonly size: number;
  /** As the log signed it. */
  readonly note: string;
  /** What was cosigned when it came first. */
  readonly against: string;
  readonly first_ms: number;
  readonly last_ms: number;
  /** How often it came. */
  readonly count: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS logs (log TEXT PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, time_s INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, log TEXT NOT NULL, origin TEXT NOT NULL, suspicion TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
    note TEXT NOT NULL, against TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    UNIQUE (log, suspicion, size, root)
  ) STRICT;
`;
const VERSION = 1;
const BUSY_MS = 10_000;

export class WitnessState {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens the file and its folder, making both if needed (0600, 0700). */
  static open(path: string): WitnessState {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would make the file with the mode the umask leaves.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      if (version > VERSION) throw new Error(`cannot use ${path}: it was written by a newer version of this program`);
      database.exec(`${SCHEMA} PRAGMA user_version = ${VERSION};`);
    } catch (cause) {
      database.close();
      throw new Error(`cannot open the state of the witness ${path}`, { cause });
    }
    return new WitnessState(database);
  }

  /** For reading beside a witness that runs; null if it never ran. */
  static read(path: string): WitnessState | null {
    return existsSync(path) ? new WitnessState(new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })) : null;
  }

  /** `log` is the hexadecimal SHA-256 of the origin. */
  recorded(log: string): Recorded | null {
    const row = this.#database.prepare('SELECT origin, size, root, note, time_s FROM logs WHERE log = ?').get(log);
    return row === undefined ? null : (row as unknown as Recorded);
  }

  logs(): Recorded[] {
    return this.#database.prepare('SELECT origin, size, root, note, time_s FROM logs ORDER BY origin LIMIT ?').all(LIMITS.witness_logs_max) as unknown as Recorded[];
  }

  /** Compare and set: false, and nothing changed, if it is not what it was any more. On the disk when it returns. */
  advance(log: string, before: Cosigned | null, { origin, size, root, note, time_s }: Recorded): boolean {
    const { changes } =
      before === null
        ? this.#database.prepare('INSERT INTO logs (log, origin, size, root, note, time_s) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(log, origin, size, root, note, time_s)
        : this.#database.prepare('UPDATE logs SET size = ?, root = ?, note = ?, time_s = ? WHERE log = ? AND size = ? AND root = ?').run(size, root, note, time_s, log, before.size, before.root);
    return Number(changes) === 1;
  }

  /** True if this checkpoint was not refused before. Of each log and kind the oldest and the newest are kept. */
  keep(log: string, root: Uint8Array, { origin, suspicion, size, note, against, first_ms }: Omit<Refused, 'last_ms' | 'count'>): boolean {
    const { changes } = this.#database
      .prepare('INSERT INTO refused (log, origin, suspicion, size, root, note, against, first_ms, last_ms, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING')
      .run(log, origin, suspicion, size, root, note, against, first_ms, first_ms);
    const half = LIMITS.witness_refused_max / 2;
    // Who floods it can push out neither the first ones nor what is newer than the flood.
    this.#database
      .prepare('DELETE FROM refused WHERE log = ?1 AND suspicion = ?2 AND id NOT IN (SELECT id FROM refused WHERE log = ?1 AND suspicion = ?2 ORDER BY id LIMIT ?3) AND id NOT IN (SELECT id FROM refused WHERE log = ?1 AND suspicion = ?2 ORDER BY id DESC LIMIT ?3)')
      .run(log, suspicion, half);
    return Number(changes) === 1;
  }

  /** That a checkpoint which is kept came again, so many times. */
  again(log: string, suspicion: Suspicion, size: number, root: Uint8Array, count: number, last_ms: number): void {
    this.#database.prepare('UPDATE refused SET count = count + ?, last_ms = ? WHERE log = ? AND suspicion = ? AND size = ? AND root = ?').run(count, last_ms, log, suspicion, size, root);
  }

  /** The newest first. */
  refused(log?: string): Refused[] {
    const wanted = log === undefined ? '' : 'WHERE log = ?';
    const rows = this.#database.prepare(`SELECT origin, suspicion, size, note, against, first_ms, last_ms, count FROM refused ${wanted} ORDER BY id DESC LIMIT ${LIMITS.witness_refused_shown_max}`);
    return rows.all(...(log === undefined ? [] : [log])) as unknown as Refused[];
  }

  close(): void {
    this.#database.close();
  }
}
