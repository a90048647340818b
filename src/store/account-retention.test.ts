/** The history of the account goes after some months, its totals never; not even when the server ends in between. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '#clickhouse';
import { Secret } from '#model';
import { retainAccount } from './account-retention.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';
const NOW_MS = Date.UTC(2026, 5, 15);
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-account-'));
let engine: Engine;

before(async () => {
  engine = await Engine.open({ dataDir, diskKey: new Secret(randomBytes(32)), readers: 1 });
});
after(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const add = (time: string, outcome: string, count: number): Promise<string> => engine.command(`INSERT INTO tracekeep.accounting VALUES ('${time}', 'default', 'p_1', '${outcome}', '', ${count}, 5)`);
const totals = (): Promise<string> => engine.command('SELECT outcome, sum(count) FROM tracekeep.accounting GROUP BY outcome ORDER BY outcome');
const rows = async (): Promise<number> => Number(await engine.command('SELECT count() FROM tracekeep.accounting'));

test('months that are over go, their sums stay, and a second pass does nothing', async () => {
  for (const time of ['2025-12-31 23:59:59', '2026-01-15 00:00:00', '2026-01-16 00:00:00', '2026-03-01 00:00:00', '2026-06-14 00:00:00']) {
    await add(time, 'received', 10);
    await add(time, 'stored', 9);
  }
  const whole = await totals();
  let synced = 0;
  assert.deepEqual(await retainAccount(engine, NOW_MS, async () => (synced += 1)), [202512, 202601]);
  assert.equal(synced, 2);
  assert.equal(await totals(), whole);
  assert.equal(await rows(), 4 + 2 * 2, 'two rows for each month carried, four that are young');
  assert.deepEqual(await retainAccount(engine, NOW_MS, async () => 0), []);
  assert.equal(await totals(), whole);
});

test('ended between carrying and removing, the next pass counts nothing twice', async () => {
  await add('2025-11-01 00:00:00', 'received', 7);
  const whole = await totals();
  const cut = { command: async (sql: string) => (sql.startsWith('ALTER') ? Promise.reject(new Error('ended')) : engine.command(sql)) };
  await assert.rejects(retainAccount(cut, NOW_MS, async () => 0), /ended/);
  assert.notEqual(await totals(), whole, 'both are there now');
  assert.deepEqual(await retainAccount(engine, NOW_MS, async () => 0), [202511]);
  assert.equal(await totals(), whole);
});
