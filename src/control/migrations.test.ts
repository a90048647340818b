import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';

import { migrate } from './migrations.ts';

let folder = '';
const connections: DatabaseSync[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracekeep-migrations-'));
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
  rmSync(folder, { recursive: true });
});

function connect(): DatabaseSync {
  const connection = new DatabaseSync(join(folder, 'x.sqlite'), { timeout: 0 });
  connections.push(connection);
  connection.exec('PRAGMA journal_mode = WAL');
  return connection;
}

const tablesOf = (connection: DatabaseSync): number => Number(connection.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.['n']);

test('migrate() makes the tables once', () => {
  const first = connect();
  migrate(first);
  const tables = tablesOf(first);
  assert.ok(tables > 0);
  migrate(connect());
  assert.equal(tablesOf(first), tables);
});

test('migrate() holds the write lock from its look at the version on, so two at once do not both make the tables', () => {
  const [connection, other] = [connect(), connect()];
  const exec = connection.exec.bind(connection);
  let tried = 0;
  connection.exec = (sql) => {
    if (sql.includes('CREATE TABLE')) {
      assert.throws(() => other.exec('BEGIN IMMEDIATE'), /locked/);
      tried++;
    }
    exec(sql);
  };
  migrate(connection);
  assert.ok(tried > 0);
});

test('migrate() leaves nothing behind when a step fails', () => {
  const connection = connect();
  connection.exec('CREATE TABLE tokens (x)');
  assert.throws(() => migrate(connection), /already exists/);
  assert.equal(tablesOf(connection), 1);
  connection.exec('DROP TABLE tokens');
  migrate(connection);
});
