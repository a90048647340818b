import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Secret } from '#model';
import { EngineAtRest } from './at-rest.ts';
import { Engine } from './clickhouse.ts';
import { nativeBlock, sampleSpan } from './native-sample.ts';
import { SPANS } from './schema.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const diskKey = new Secret(new Uint8Array(32).fill(5));
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-at-rest-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));

/** Every name below the directory with all that would tell of a change. */
function seen(): Map<string, string> {
  const names = readdirSync(dataDir, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => {
    const { mode, size, mtimeMs, ctimeMs, nlink, ino } = lstatSync(name);
    return [name, JSON.stringify([mode, size, mtimeMs, ctimeMs, nlink, ino, lstatSync(name).isFile() ? readFileSync(name).toString('base64') : ''])];
  }));
}

test('what it reads is what is there, and nothing below the directory changes, not even by merges, inserts and removals', { timeout: 60_000 }, async () => {
  const engine = await Engine.open({ dataDir, diskKey, readers: 1 });
  await engine.command('SYSTEM STOP MERGES');
  for (const block of [1, 2, 3]) await engine.insertNative(SPANS, [nativeBlock(SPANS, Array.from({ length: 40 }, (_, row) => sampleSpan(block, row, 'x')))]);
  await engine.close();
  const before = seen();
  const atRest = await EngineAtRest.open({ dataDir, diskKey });
  assert.equal((await atRest.command('SELECT block, count() FROM spans GROUP BY block ORDER BY block')).trim(), '1\t40\n2\t40\n3\t40');
  assert.ok((await atRest.queryNative('SELECT * FROM spans WHERE block = 2')).length > 1_000);
  // More than verification ever asks for.
  await atRest.command('SYSTEM START MERGES');
  await atRest.command('OPTIMIZE TABLE spans FINAL');
  await atRest.command('ALTER TABLE spans DELETE WHERE block = 1 SETTINGS mutations_sync = 1');
  await atRest.command('INSERT INTO schema_version VALUES (1)');
  await atRest.command('ALTER TABLE spans DROP PARTITION ALL');
  assert.equal((await atRest.command('SELECT count() FROM spans')).trim(), '0');
  await atRest.close();
  assert.deepEqual(seen(), before);
});
