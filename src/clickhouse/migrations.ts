/**
 * The schema's versions. A migration is a list of statements and is never edited once released; a table of its own says how far a data
 * directory has come. A directory that a newer version wrote is refused rather than guessed at.
 */

import { createTable, DATABASE, onCluster, type Target } from './ddl.ts';
import { ACCOUNTING, CALLS, FIGURES, FIRST_SEEN, ITEM_FILTERS, LOG_ENTRIES, SEALED_TOKENS, SPANS, type Table, TABLES, TRACES } from './schema.ts';

export interface Migration {
  readonly version: number;
  readonly statements: (target: Target) => readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: (target) => [SPANS, TRACES, ACCOUNTING].map((table) => createTable(table, target)) },
  // Filled from the blocks that are there (`#store`).
  { version: 2, statements: (target) => [FIGURES, CALLS].map((table) => createTable(table, target)) },
  // Blocks that are there already have no filter, and are searched as if it said yes.
  { version: 3, statements: (target) => [createTable(ITEM_FILTERS, target)] },
  // Blocks that are there already are not in the log: it begins after them.
  { version: 4, statements: (target) => [createTable(LOG_ENTRIES, target)] },
  // Values replaced are counted by place: figures are made anew from the blocks that are there.
  {
    version: 5,
    statements: (target) => [
      ...[FIGURES, CALLS].map(({ name }) => `TRUNCATE TABLE ${DATABASE}.${name}${onCluster(target)}`),
      ...addColumns(FIGURES, ['value_kind', 'environment'], target),
      createTable(FIRST_SEEN, target),
    ],
  },
  // Entries that are there already came from no access journal.
  { version: 6, statements: (target) => [`ALTER TABLE ${DATABASE}.${LOG_ENTRIES.name}${onCluster(target)} ADD COLUMN IF NOT EXISTS recorded UInt64 CODEC(T64, ZSTD(1))`] },
  // Figures say of which environment they are: they are made anew from the blocks that are there. What was seen first stays, of whatever environment it was.
  {
    version: 7,
    statements: (target) => [
      ...[FIGURES, CALLS].map(({ name }) => `TRUNCATE TABLE ${DATABASE}.${name}${onCluster(target)}`),
      ...addColumns(CALLS, ['environment'], target),
      ...addColumns(FIRST_SEEN, ['environment', 'placed'], target),
    ],
  },
  // Spans that are there already have nothing sealed.
  { version: 8, statements: (target) => addColumns(SPANS, ['sealed.key', 'sealed.text'], target) },
  // What was sealed before is found by nobody: no release ever sealed without tokens.
  { version: 9, statements: (target) => [createTable(SEALED_TOKENS, target)] },
];

function addColumns(table: Table, names: readonly string[], target: Target): string[] {
  return table.columns.filter(({ name }) => names.includes(name)).map(({ name, type, codec }) => `ALTER TABLE ${DATABASE}.${table.name}${onCluster(target)} ADD COLUMN IF NOT EXISTS ${name} ${type} CODEC(${codec})`);
}

export interface Migrated {
  command(sql: string): Promise<string>;
}

/** Throws unless the tables have the newest version, and changes nothing. `mayLack`: nor if it says none. */
export async function requireSchema(engine: Migrated, migrations: readonly Migration[] = MIGRATIONS, mayLack = false): Promise<void> {
  const found = Number(await engine.command(`SELECT max(version) FROM ${DATABASE}.schema_version`));
  const newest = Math.max(...migrations.map(({ version }) => version));
  if (mayLack && found === 0) return;
  if (found !== newest) throw new Error(`cannot read the store as it is: its schema has version ${found}, this program reads ${newest}; start this version of the server once, or use the one that wrote it`);
}

/** What makes the newest tables where there are none: whatever migrations would change of them they have from the beginning. */
export function freshStatements(target: Target): string[] {
  return TABLES.map((table) => createTable(table, target));
}

/**
 * Brings the tables to the newest version, which is noted once: a row for each would be parts that merges replace before anybody has synced them. Every
 * statement may run again: a crash in between repeats what was migrated.
 */
export async function migrate(engine: Migrated, target: Target, migrations: readonly Migration[] = MIGRATIONS): Promise<number> {
  await engine.command(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
  await engine.command(`CREATE TABLE IF NOT EXISTS ${DATABASE}.schema_version (version UInt32) ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1${target.kind === 'embedded' ? ", storage_policy = 'sealed'" : ''}`);
  const found = Number(await engine.command(`SELECT max(version) FROM ${DATABASE}.schema_version`));
  const newest = Math.max(...migrations.map(({ version }) => version));
  if (found > newest) throw new Error(`cannot open the store: its schema has version ${found}, this program knows ${newest}; use a newer Tracekeep`);
  // Where a first start was cut off there are some, perhaps of another version.
  const isFresh = found === 0 && migrations === MIGRATIONS && (await engine.command(`SELECT count() FROM system.tables WHERE database = '${DATABASE}'`)).trim() === '1';
  const missing = isFresh ? freshStatements(target) : migrations.flatMap(({ version, statements }) => (version > found ? statements(target) : []));
  for (const statement of missing) await engine.command(statement);
  if (found < newest) await engine.command(`INSERT INTO ${DATABASE}.schema_version VALUES (${newest})`);
  return newest;
}
