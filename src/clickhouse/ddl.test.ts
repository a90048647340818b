import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTable, insertFromFile } from './ddl.ts';
import { migrate, MIGRATIONS, type Migration } from './migrations.ts';
import { ACCOUNTING, TABLES } from './schema.ts';

test('createTable() renders a table for the embedded engine', () => {
  assert.equal(
    createTable(ACCOUNTING, { kind: 'embedded' }),
    `CREATE TABLE IF NOT EXISTS tracekeep.accounting
(
${ACCOUNTING.columns.map(({ name, type, codec }) => `  \`${name}\` ${type} CODEC(${codec})`).join(',\n')}
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (tenant, producer, time)
SETTINGS min_bytes_for_wide_part = 134217728, merge_selector_base = 10, max_bytes_to_merge_at_max_space_in_pool = 536870912, enable_vertical_merge_algorithm = 0, fsync_after_insert = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 8, cleanup_delay_period = 2, max_cleanup_delay_period = 5, cleanup_delay_period_random_add = 0, storage_policy = 'sealed'`,
  );
});

test('createTable() renders the same columns for a cluster', () => {
  for (const table of TABLES) {
    const embedded = createTable(table, { kind: 'embedded' });
    const cluster = createTable(table, { kind: 'cluster', cluster: 'c1' });
    assert.match(cluster, /ON CLUSTER 'c1'\n[\s\S]*ENGINE = ReplicatedMergeTree\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{table\}', '\{replica\}'\)/);
    assert.doesNotMatch(cluster, /storage_policy/);
    assert.equal(cluster.slice(cluster.indexOf('\n('), cluster.indexOf('ENGINE')), embedded.slice(embedded.indexOf('\n('), embedded.indexOf('ENGINE')));
  }
});

test('insertFromFile() keeps a path a literal', () => {
  assert.match(insertFromFile(ACCOUNTING, "/data/o'brien/in"), /FROM file\('\\x2fdata\\x2fo\\x27brien\\x2fin', 'Native'/);
});

test('migrate() runs what is missing, in order, and refuses a newer schema', async () => {
  let version = 1;
  const ran: string[] = [];
  const engine = {
    command: (sql: string): Promise<string> => {
      if (sql.startsWith('SELECT max(version)')) return Promise.resolve(String(version));
      if (sql.startsWith('INSERT')) version = Number(/\((\d+)\)/.exec(sql)?.[1]);
      else if (!sql.startsWith('CREATE')) ran.push(sql);
      return Promise.resolve('');
    },
  };
  const migrations: Migration[] = [1, 2, 3].map((number) => ({ version: number, statements: () => [`ALTER ${number}`] }));
  assert.equal(await migrate(engine, { kind: 'embedded' }, migrations), 3);
  assert.deepEqual([ran, version], [['ALTER 2', 'ALTER 3'], 3]);
  version = 4;
  await assert.rejects(migrate(engine, { kind: 'embedded' }, migrations), /schema has version 4, this program knows 3/);
});

test('migrations are numbered from one without gaps', () => {
  assert.deepEqual(MIGRATIONS.map(({ version }) => version), MIGRATIONS.map((_, at) => at + 1));
});
