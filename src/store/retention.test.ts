import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type AppendFile, FILES } from '#files';
import { openRootKey } from '#keys';
import { SAMPLE_DAY, sampleBlock } from './sample.ts';
import { Store, type StoreOptions, StoreUnavailable } from './store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const MARK = 'zebrafish';
const BOUNDS = { deadline_ms: 10_000, rows_max: 100_000 };
const CONFIG = { retention: { default: { days: 30 }, short: { days: 3 } }, diskBytesMax: null, diskFreeBytesMin: 1_000 };
const NOW_MS = SAMPLE_DAY * 86_400_000 + 43_200_000;

let home = '';
let dataDir = '';
let store: Store | null = null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-retention-'));
  dataDir = join(home, 'data');
});
afterEach(async () => {
  await store?.close().catch(() => undefined);
  store = null;
  rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const rootKey = openRootKey({ file: join(home, 'data.key'), dataDir });
  store = await Store.open({ dataDir, rootKey, config: CONFIG, now_ms: () => NOW_MS, ...options });
  return store;
}

async function count(of: Store): Promise<number> {
  return Number((await of.query<{ c: string }>('SELECT count() AS c FROM spans', {}, BOUNDS))[0]?.c);
}

const filesUnder = (path: string): string[] => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
const diskBytes = (): number => filesUnder(join(dataDir, 'sealed')).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);

describe('retention', () => {
  /** What the log says was about to be removed. */
  async function announced(of: Store): Promise<unknown[]> {
    const bodies = await of.bodies(0, of.log.size);
    const said = bodies.flatMap((body) => (body.type === 'retention' ? [JSON.parse(body.statement) as { day: number; retention: string }] : []));
    return said.sort((a, b) => (a.retention === 'short' ? -1 : b.retention === 'short' ? 1 : a.day - b.day || a.retention.localeCompare(b.retention)));
  }

  test('removes days that are too old for their class, and their disk', async () => {
    const store1 = await open();
    const old = SAMPLE_DAY - 31;
    await store1.commit({ blocks: [sampleBlock(1, 4, randomBytes(200_000).toString('hex'), { day: old }), sampleBlock(2, 10, MARK, { day: SAMPLE_DAY - 4, retention: 'short' }), sampleBlock(3, 10, MARK, { day: SAMPLE_DAY - 4 }), sampleBlock(4, 10, MARK, { day: old, retention: 'gone' }), sampleBlock(5, 10, MARK)], requests: [] });
    await store1.settle();
    const before = diskBytes();
    const removals = await store1.retain();
    assert.deepEqual(removals.map(({ table, day, retention, why }) => `${table} ${day} ${retention} ${why}`).sort(), [
      `item_filters ${old} default age`, `item_filters ${old} gone age`, `item_filters ${SAMPLE_DAY - 4} short age`,
      `sealed_tokens ${old} default age`, `sealed_tokens ${old} gone age`, `sealed_tokens ${SAMPLE_DAY - 4} short age`,
      `spans ${old} default age`, `spans ${old} gone age`, `spans ${SAMPLE_DAY - 4} short age`,
      `traces ${old} default age`, `traces ${old} gone age`, `traces ${SAMPLE_DAY - 4} short age`,
    ]);
    assert.deepEqual(await store1.query('SELECT block FROM spans ORDER BY block', {}, BOUNDS), ['3', '5'].flatMap((block) => Array.from({ length: 10 }, () => ({ block }))));
    for (let tries = 0; diskBytes() > before / 2 && tries < 100; tries += 1) await wait(100);
    assert.ok(diskBytes() <= before / 2, 'the disk is free again');
    assert.deepEqual(await store1.retain(), []);
    assert.deepEqual(await announced(store1), [
      { day: SAMPLE_DAY - 4, retention: 'short', why: 'age', days: 3 }, { day: old, retention: 'default', why: 'age', days: 30 }, { day: old, retention: 'gone', why: 'age', days: 30 },
    ]);
  });

  test('removes nothing that it cannot announce in the log', async () => {
    let fails = false;
    const wrap = (file: AppendFile): AppendFile => ({ ...file, append: (parts) => (fails ? Promise.reject(new Error('EIO')) : file.append(parts)) });
    const store1 = await open({ files: { ...FILES, create: async (path) => wrap(await FILES.create(path)) } });
    await store1.commit({ blocks: [sampleBlock(1, 4, MARK, { day: SAMPLE_DAY - 31 })], requests: [] });
    await store1.settle();
    fails = true;
    await assert.rejects(store1.retain(), StoreUnavailable);
    assert.deepEqual([await count(store1), await announced(store1)], [4, []]);
    fails = false;
    await store1.retain();
    assert.deepEqual([await count(store1), (await announced(store1)).length], [0, 1]);
  });

  test('that is cut off after it was announced is announced and done again', async () => {
    const store1 = await open();
    await store1.commit({ blocks: [sampleBlock(1, 4, MARK, { day: SAMPLE_DAY - 31 })], requests: [] });
    await store1.settle();
    const command = store1.engine.command.bind(store1.engine);
    store1.engine.command = (sql) => (sql.includes('DROP PARTITION') ? Promise.reject(new Error('killed')) : command(sql));
    await assert.rejects(store1.retain(), /killed/);
    store1.engine.command = command;
    await store1.close();
    const store2 = await open();
    assert.deepEqual([await count(store2), (await announced(store2)).length, (await store2.retain()).length], [0, 2, 0]);
  });

  test('removes the oldest when all of it takes too much disk: days first, then the oldest inserts', async () => {
    const store1 = await open({ config: { ...CONFIG, diskBytesMax: 200_000 } });
    await store1.engine.command('SYSTEM STOP MERGES');
    for (const [at, day] of [SAMPLE_DAY - 2, SAMPLE_DAY - 1, SAMPLE_DAY, SAMPLE_DAY, SAMPLE_DAY, SAMPLE_DAY].entries()) {
      await store1.commit({ blocks: [{ ...sampleBlock(at + 1, 5_000, MARK, { day }), tokens: new Uint8Array(0) }], requests: [] });
      await store1.settle();
    }
    const tableBytes = async (): Promise<number> => Number(await store1.engine.command("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table != 'log_entries'"));
    const size = await tableBytes();
    const removals = await store1.retain();
    assert.deepEqual(removals.filter(({ table, part }) => table === 'spans' && part === null).map(({ day }) => day), [SAMPLE_DAY - 2, SAMPLE_DAY - 1]);
    const left = (await store1.query<{ block: string }>('SELECT DISTINCT block FROM spans ORDER BY block', {}, BOUNDS)).map(({ block }) => Number(block));
    assert.ok(left.length < 4 && left.every((block, at) => block === 6 - left.length + 1 + at), `the newest stay: ${left}`);
    const gone = Array.from({ length: 6 - left.length }, (_, at) => at + 1).slice(2);
    assert.deepEqual(await announced(store1), [
      { day: SAMPLE_DAY - 2, retention: 'default', why: 'disk', diskMax: 200_000 }, { day: SAMPLE_DAY - 1, retention: 'default', why: 'disk', diskMax: 200_000 },
      { day: SAMPLE_DAY, retention: 'default', why: 'disk', diskMax: 200_000, blocks: [[gone[0], gone.at(-1)]] },
    ]);
    assert.ok(size > 200_000 && (await tableBytes()) <= 200_000, `${size} before, ${await tableBytes()} after`);
  });
});
