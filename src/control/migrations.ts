/**
 * The schema, as the steps that lead to it. `user_version` counts the steps a file has seen; the write lock is held from looking
 * at it to the last step, so that of several processes opening a new file together one makes the tables and the others find them.
 * A step, once released, is never edited: a change is a further step.
 */
import type { DatabaseSync } from 'node:sqlite';

const STEPS: readonly string[] = [
  `
  CREATE TABLE seal_check (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;
  CREATE TABLE tenants (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE producers (id TEXT PRIMARY KEY, name BLOB NOT NULL, live INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX producers_name ON producers (name) WHERE live = 1;
  CREATE TABLE tokens (id TEXT PRIMARY KEY, name BLOB NOT NULL, live INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE live = 1;
  `,
  `
  CREATE TABLE accounts (id TEXT PRIMARY KEY, name BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;
  CREATE TABLE sessions (id TEXT PRIMARY KEY, account TEXT NOT NULL, ends INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_account ON sessions (account);
  `,
  `
  CREATE TABLE findings (uid TEXT PRIMARY KEY, subject BLOB NOT NULL UNIQUE, tenant BLOB NOT NULL, analytic BLOB NOT NULL, status INTEGER NOT NULL, severity INTEGER NOT NULL, seen INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX findings_seen ON findings (seen);
  CREATE INDEX findings_analytic ON findings (tenant, analytic);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB NOT NULL) STRICT;
  CREATE TABLE noted (what TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE policies (version INTEGER PRIMARY KEY, sealed BLOB NOT NULL, sealed_text BLOB NOT NULL) STRICT;
  CREATE TABLE policy_proposals (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
  DROP TABLE noted;
  `,
  `
  CREATE TABLE revoked_certificates (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE access_policies (tenant TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL, sealed_text BLOB NOT NULL, PRIMARY KEY (tenant, version)) STRICT;
  `,
  `
  CREATE TABLE provider_sessions (session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE, sid BLOB, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX provider_sessions_sid ON provider_sessions (sid);
  `,
  `
  CREATE TABLE broken_glass (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE sealing_root (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;
  CREATE TABLE key_versions (tenant TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (tenant, version)) STRICT;
  CREATE TABLE key_windows (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX key_windows_version ON key_windows (tenant, version);
  CREATE TABLE subject_keys (row INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, tenant BLOB NOT NULL, window INTEGER NOT NULL, token BLOB NOT NULL, wrapped BLOB NOT NULL) STRICT;
  CREATE INDEX subject_keys_token ON subject_keys (token);
  `,
  `
  CREATE TABLE approvals (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX approvals_tenant ON approvals (tenant);
  CREATE TABLE openings (id TEXT PRIMARY KEY, reader BLOB NOT NULL, time INTEGER NOT NULL, opened INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX openings_reader ON openings (reader, time);
  `,
  `
  CREATE TABLE erasures (id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

export function migrate(connection: DatabaseSync): void {
  if (stepsSeen(connection) === STEPS.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    const seen = stepsSeen(connection);
    if (seen > STEPS.length) {
      throw new Error(`cannot use the control database: its schema ${seen} is newer than this program, which knows ${STEPS.length}`);
    }
    for (const step of STEPS.slice(seen)) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${STEPS.length}`);
    connection.exec('COMMIT');
  } catch (cause) {
    // SQLite itself has undone what failed for a full or broken disk.
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw cause;
  }
}

function stepsSeen(connection: DatabaseSync): number {
  return Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
}
