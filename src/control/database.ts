/**
 * The SQLite file, twice: a connection under Kysely for changes, and one that answers reads at once and sees only what is committed.
 * Several processes open the file together (the server and command-line verbs), so: write-ahead log, a busy time-out, and transactions
 * that take the write lock at their start instead of failing half-way. `synchronous=FULL` makes a commit durable before it is
 * reported: a revocation that was printed stays a revocation after a power cut.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

import { CompiledQuery, Kysely, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Generated, SqliteDatabase, SqliteStatement } from 'kysely';

import { migrate } from './migrations.ts';

/** One table for each kind of record. What a record says is in `sealed` alone; the other columns only find it. */
export interface ControlTables {
  /** One row, made with the database: tells a wrong root key from a damaged file. */
  readonly seal_check: { readonly id: number; readonly sealed: Uint8Array };
  /** `id` is the keyed hash of the name. */
  readonly tenants: { readonly id: string; readonly sealed: Uint8Array };
  /** `name` is the keyed hash of tenant and name, unique where `live` is 1: not revoked. */
  readonly producers: { readonly id: string; readonly name: Uint8Array; readonly live: number; readonly sealed: Uint8Array };
  /** `id` is the keyed hash of the fingerprint. */
  readonly revoked_certificates: { readonly id: string; readonly sealed: Uint8Array };
  readonly tokens: { readonly id: string; readonly name: Uint8Array; readonly live: number; readonly sealed: Uint8Array };
  /** `name` is the keyed hash of the name, which is one of a kind in all tenants: whoever signs in names no tenant. Of whom a provider knows it is that of issuer and subject. */
  readonly accounts: { readonly id: string; readonly name: Uint8Array; readonly sealed: Uint8Array };
  /** `id` is the keyed hash of the session's token; `ends`, in milliseconds since 1970, serves to clear away what is over. */
  readonly sessions: { readonly id: string; readonly account: string; readonly ends: number; readonly sealed: Uint8Array };
  /** Of sessions that began at a sign-in provider; gone with the session. `sid` is the keyed hash of issuer and the provider's own id of the session. */
  readonly provider_sessions: { readonly session: string; readonly sid: Uint8Array | null; readonly sealed: Uint8Array };
  /** `subject` is the keyed hash of what makes a finding the same, `tenant` and `analytic` are keyed hashes; the numbers are those of OCSF, `seen` is when it was seen last. */
  readonly findings: { readonly uid: string; readonly subject: Uint8Array; readonly tenant: Uint8Array; readonly analytic: Uint8Array; readonly status: number; readonly severity: number; readonly seen: number; readonly sealed: Uint8Array };
  /** What the log is still to be told, in order. Ids are never used again. */
  readonly outbox: { readonly id: Generated<number>; readonly sealed: Uint8Array };
  /** SQLite's own: the highest id a table ever gave out. */
  readonly sqlite_sequence: { readonly name: string; readonly seq: number };
  /** What is said of a version, and its text, which is large and seldom asked for. */
  readonly policies: { readonly version: number; readonly sealed: Uint8Array; readonly sealed_text: Uint8Array };
  readonly broken_glass: { readonly id: string; readonly sealed: Uint8Array };
  /** `tenant` is the keyed hash of its name. */
  readonly access_policies: { readonly tenant: string; readonly version: number; readonly sealed: Uint8Array; readonly sealed_text: Uint8Array };
  /** One row, or none. */
  readonly sealing_root: { readonly id: number; readonly sealed: Uint8Array };
  /** `tenant` is the keyed hash of its name. */
  readonly key_versions: { readonly tenant: string; readonly version: number; readonly sealed: Uint8Array };
  /** Ids are never used again. `version` is that of the tenant's key pair. */
  readonly key_windows: { readonly id: Generated<number>; readonly tenant: string; readonly version: number; readonly sealed: Uint8Array };
  /** Not sealed, since what matters is wrapped (`subject-keys.ts`). `tenant` is the beginning of the keyed hash of its name. */
  readonly subject_keys: { readonly row: Generated<number>; readonly key: Uint8Array; readonly tenant: Uint8Array; readonly window: number; readonly token: Uint8Array; readonly wrapped: Uint8Array };
  /** `tenant` is the keyed hash of its name. */
  readonly approvals: { readonly id: string; readonly tenant: string; readonly sealed: Uint8Array };
  /** Of the last hour. `reader` is the keyed hash of who opened, `opened` how many values. */
  readonly openings: { readonly id: string; readonly reader: Uint8Array; readonly time: number; readonly opened: number };
  /** Those of which something is left to do. */
  readonly erasures: { readonly id: string; readonly sealed: Uint8Array };
  /** One row, or none. */
  readonly policy_proposals: { readonly id: string; readonly sealed: Uint8Array };
}

export interface ControlDatabase {
  readonly kysely: Kysely<ControlTables>;
  /** The committed rows of a query, without waiting. */
  readonly readNow: <Row>(query: { compile(): CompiledQuery<Row> }) => readonly Row[];
  /** Changes whenever anybody has committed something (SQLite `PRAGMA data_version`). Looks at shared memory only, no file. */
  readonly dataVersion: () => number;
  /** Empties the write-ahead log into the file, so that what was overwritten is nowhere any more. Throws when somebody keeps it from that. */
  readonly emptyLog: () => void;
  readonly close: () => void;
}

const SQLITE_BUSY = 5;
const LOCKED_PAUSE_MS = 20;
const WRITE_BUSY_MS = 10_000;
/** Readers wait for nobody but a recovery after a crash, and a server waits with them. */
const READ_BUSY_MS = 1_000;
/** Statements of changes that are kept prepared. Their texts are our own, but some have a length that follows from how much is changed. */
const PREPARED_MAX = 128;

/** Opens the file and its folder, making both if needed (0600, 0700), and brings the schema up to date. */
export function openControlDatabase(path: string): ControlDatabase {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite would make the file with the mode the umask leaves; its -wal and -shm files take the mode of the file.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const writer = connect(path, WRITE_BUSY_MS);
  try {
    whenUnlocked(() => {
      writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
      migrate(writer);
    });
    const reader = connect(path, READ_BUSY_MS);
    reader.exec('PRAGMA query_only = ON');
    const version = reader.prepare('PRAGMA data_version');
    // The texts are our own and few: values are parameters. Preparing one costs several times what running it does.
    const prepared = new Map<string, StatementSync>();
    return {
      kysely: new Kysely<ControlTables>({ dialect: dialectOf(writer) }),
      readNow: <Row>(query: { compile(): CompiledQuery<Row> }) => {
        const { sql, parameters } = query.compile();
        const statement = prepared.get(sql) ?? reader.prepare(sql);
        prepared.set(sql, statement);
        return statement.all(...(parameters as SQLInputValue[])) as Row[];
      },
      dataVersion: () => Number(version.get()?.['data_version']),
      emptyLog: () =>
        whenUnlocked(() => {
          const [done] = writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
          if (done?.['busy'] !== 0) throw Object.assign(new Error('cannot empty the write-ahead log of the control database: somebody is reading'), { errcode: SQLITE_BUSY });
        }),
      close: () => {
        reader.close();
        writer.close();
      },
    };
  } catch (cause) {
    writer.close();
    throw cause;
  }
}

/**
 * Going over to a write-ahead log while another process does, or recovers one, fails at once: SQLite does not wait where waiting could lock
 * both for ever. So it is tried again, as long as other waits last. Emptying the log says that it is busy where somebody still reads from it.
 */
function whenUnlocked(work: () => void): void {
  const end = performance.now() + WRITE_BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
      if (code !== SQLITE_BUSY || performance.now() >= end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCKED_PAUSE_MS);
    }
  }
}

function connect(path: string, busy_ms: number): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: busy_ms, defensive: true });
  connection.exec('PRAGMA trusted_schema = OFF');
  return connection;
}

function dialectOf(connection: DatabaseSync): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** A deferred transaction that reads and then writes fails at once, without waiting, if another process wrote in between (SQLITE_BUSY_SNAPSHOT). */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: databaseOf(database) });
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite itself has undone what failed for a full or broken disk; to ask for it again would hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** What Kysely asks of a driver, in terms of `node:sqlite`. */
function databaseOf(connection: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const statement = connection.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
    };
  };
  return {
    close: () => connection.close(),
    // One change after another, and each reads a statement to its end, so a statement may serve again.
    prepare: (sql) => {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        if (prepared.size >= PREPARED_MAX) prepared.clear();
        prepared.set(sql, (statement = prepare(sql)));
      }
      return statement;
    },
  };
}
