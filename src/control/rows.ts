/**
 * What every subject of this folder reads and writes through: the database, what seals its records, the clock, and all that is answered from memory. The server and
 * command-line verbs open the same database at the same time: there is no owner. A change made anywhere is noticed within `CHECK_MS`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { CompiledQuery, Kysely } from 'kysely';

import { LIMITS } from '#limits';
import type { Secret } from '#model';

import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { openControlDatabase } from './database.ts';
import type { ControlDatabase, ControlTables } from './database.ts';
import { ColumnSealer } from './sealed.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

export interface ControlOptions {
  /** The server's data directory; the database is `control/control.sqlite` below it. */
  readonly dataDir: string;
  /** 32 bytes derived from the root key for this use alone. */
  readonly key: Secret<Uint8Array>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly elapsed?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
}

/** Well below what is promised, so that a slow look is still in time. */
const CHECK_MS = Math.min(100, LIMITS.revocation_ms_max / 2);

export class ControlRows {
  readonly sealer: ColumnSealer;
  /** For queries that `read` is given. */
  readonly kysely: Kysely<ControlTables>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly #database: ControlDatabase;
  readonly #elapsed: () => number;
  readonly #random: (bytes: number) => Uint8Array;
  #snapshot: Snapshot | null = null;
  #checkedAt = 0;

  private constructor(database: ControlDatabase, sealer: ColumnSealer, options: ControlOptions) {
    this.#database = database;
    this.kysely = database.kysely;
    this.sealer = sealer;
    this.now = options.clock ?? Date.now;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#random = options.random ?? randomBytes;
  }

  /** Opens the database, making it if it is not there. Throws if it was made with another key. */
  static async open(options: ControlOptions): Promise<ControlRows> {
    const path = join(options.dataDir, 'control', 'control.sqlite');
    requireNotLost(path, options.dataDir);
    const sealer = new ColumnSealer(options.key);
    let database: ControlDatabase | undefined;
    try {
      database = openControlDatabase(path);
      await checkSeal(database, sealer);
      return new ControlRows(database, sealer, options);
    } catch (cause) {
      database?.close();
      throw new Error(`cannot open the control database ${path}`, { cause });
    }
  }

  close(): void {
    this.#database.close();
  }

  /** The committed rows of a query, without waiting. Throws when the database cannot be read. */
  read<Row>(query: { compile(): CompiledQuery<Row> }): readonly Row[] {
    return this.#database.readNow(query);
  }

  /** What the database says, or said at most `CHECK_MS` ago. */
  current(): Snapshot {
    return this.#snapshot !== null && this.#elapsed() - this.#checkedAt < CHECK_MS ? this.#snapshot : this.look();
  }

  /** What the database says; some microseconds if nothing changed. */
  look(): Snapshot {
    const now = this.#elapsed();
    const known = this.#snapshot;
    const snapshot = known !== null && known.dataVersion === this.#database.dataVersion() ? known : takeSnapshot(this.#database, this.sealer, known);
    this.#snapshot = snapshot;
    this.#checkedAt = now;
    return snapshot;
  }

  /** Runs a change under the write lock. A change that refuses has written nothing, so there is nothing to roll back. */
  async change<Done>(by: Actor, work: (change: Change) => Promise<Done>): Promise<Done> {
    try {
      return await this.kysely.transaction().execute((rows) => work({ rows, sealer: this.sealer, by, now: this.now(), random: this.#random }));
    } catch (cause) {
      throw new Error('cannot change the control database', { cause });
    } finally {
      // The next question looks at the database, however soon it comes.
      this.#checkedAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** Empties the write-ahead log into the file: what a change overwrote is in no file any more. */
  emptyLog(): void {
    this.#database.emptyLog();
  }
}

/** The first to open a new database leaves a sealed word in it; everybody else must be able to open that. */
async function checkSeal(database: ControlDatabase, sealer: ColumnSealer): Promise<void> {
  const seen = database.readNow(database.kysely.selectFrom('seal_check').select('sealed'))[0];
  if (seen === undefined) {
    const sealed = sealer.seal('seal_check', 'tracekeep');
    await database.kysely.insertInto('seal_check').values({ id: 1, sealed }).onConflict((row) => row.doNothing()).execute();
    return checkSeal(database, sealer);
  }
  try {
    sealer.open('seal_check', seen.sealed);
  } catch (cause) {
    throw new Error('cannot use this root key: the data was written with another one', { cause });
  }
}

/**
 * A log with entries was written beside a database. An empty one would let the server begin as if nothing had been decided: the keys of sealed values made anew, people who were forgotten
 * unknown, and nothing left by which `verify` could tell.
 */
function requireNotLost(path: string, dataDir: string): void {
  if (existsSync(path)) return;
  const entries = statSync(join(dataDir, 'log', 'entries'), { throwIfNoEntry: false });
  if (entries === undefined || entries.size === 0) return;
  throw new Error(`cannot find the control database ${path}, and the log beside it has entries: put the folder control/ back from the newest copy of the data directory, then run "tracekeep verify". Without a copy, make an empty file of that name to begin anew: producers, tokens, people and policies are lost, and what was sealed stays closed for ever`);
}
