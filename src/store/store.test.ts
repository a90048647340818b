import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { SEALED_TOKENS, SPANS } from '#clickhouse/schema';
import { traceKey } from '#clickhouse/native-sample';
import { FILES, type Files } from '#files';
import { openRootKey } from '#keys';
import { LIMITS } from '#limits';
import { SAMPLE_DAY, SAMPLE_KEY, sampleAccount, sampleBlock, sampleCommit, sampleDigest } from './sample.ts';
import { Store, type StoreEvent, type StoreOptions, StoreUnavailable } from './store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const MARK = 'zebrafish';
const BOUNDS = { deadline_ms: 10_000, rows_max: 100_000 };
const CONFIG = { retention: { default: { days: 30 }, short: { days: 3 } }, diskBytesMax: null, diskFreeBytesMin: 1_000 };
const NOW_MS = SAMPLE_DAY * 86_400_000 + 43_200_000;

let home = '';
let dataDir = '';
let store: Store | null = null;
let events: StoreEvent[] = [];
let now_ms = NOW_MS;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-store-'));
  dataDir = join(home, 'data');
  events = [];
  now_ms = NOW_MS;
});
afterEach(async () => {
  await store?.close().catch(() => undefined);
  store = null;
  rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const rootKey = openRootKey({ file: join(home, 'data.key'), dataDir });
  store = await Store.open({ dataDir, rootKey, config: CONFIG, now_ms: () => now_ms, onEvent: (event) => events.push(event), ...options });
  return store;
}

async function count(of: Store, table = 'spans'): Promise<number> {
  return Number((await of.query<{ c: string }>(`SELECT count() AS c FROM ${table}`, {}, BOUNDS))[0]?.c);
}

const filesUnder = (path: string): string[] => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
const counts = async (of: Store): Promise<Record<string, number>> => Object.fromEntries((await of.accounting()).map(({ outcome, count: spans }) => [outcome, spans]));

describe('commit()', () => {
  test('comes into the engine behind everything that leads to its spans', async () => {
    const store1 = await open();
    const inserted: string[] = [];
    const insertNative = store1.engine.insertNative.bind(store1.engine);
    store1.engine.insertNative = (table, blocks) => insertNative(table, blocks).then(() => void inserted.push(table.name));
    await store1.commit(sampleCommit(1, 10, MARK));
    await store1.settle();
    assert.deepEqual(inserted.slice(0, 4), ['sealed_tokens', 'traces', 'item_filters', 'spans']);
  });

  test('is in the account at once, in the engine after settle(), and both after a restart', async () => {
    let open1 = await open();
    await Promise.all([1, 2, 3].map((id) => open1.commit(sampleCommit(id, 20, MARK))));
    assert.equal(open1.pendingRows, 60);
    assert.deepEqual(await counts(open1), { received: 69, stored: 60, refused: 6, dropped: 3, minimized: 12 });
    assert.equal(await count(open1), 0);
    await open1.settle();
    assert.deepEqual([await count(open1), await count(open1, 'traces'), await count(open1, 'sealed_tokens'), open1.pendingRows], [60, 15, 60, 0]);
    await open1.commit(sampleCommit(4, 20, MARK));
    await open1.close();
    open1 = await open();
    assert.equal(await count(open1), 80);
    assert.deepEqual(await counts(open1), { received: 92, stored: 80, refused: 8, dropped: 4, minimized: 16 });
    assert.deepEqual([...open1.rememberedRequests()].map(({ digest, request, at_ms }) => [digest, request.message, at_ms]), [1, 2, 3, 4].map((id) => [sampleDigest(id), 'two without ids', NOW_MS]));
    assert.equal(open1.lastBlockId, 4);
  });

  test('overlapping commits share journal records', async () => {
    const store1 = await open();
    events = [];
    await Promise.all(Array.from({ length: 40 }, (_, at) => store1.commit(sampleCommit(at + 1, 4, MARK))));
    const records = new Set(events.flatMap((event) => (event.is === 'journaled' ? [event.through] : [])));
    assert.equal(records.size, 2);
    await store1.settle();
    assert.equal(await count(store1), 160);
  });

  test('reaches the engine by itself once it has waited long enough', async () => {
    const store1 = await open({ now_ms: Date.now });
    await store1.commit(sampleCommit(1, 8, MARK));
    for (let tries = 0; store1.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    assert.equal(await count(store1), 8);
  });

  test('of refusals alone is kept too', async () => {
    const store1 = await open();
    await store1.commit({ blocks: [], requests: [{ ...sampleAccount('r', 0), received: 2, dropped: 0 }] });
    await store1.close();
    assert.deepEqual(await counts(await open()), { received: 2, refused: 2, minimized: 4 });
  });

  test('leaves nothing in clear under the data directory', async () => {
    const store1 = await open();
    await store1.commit(sampleCommit(1, 200, MARK));
    await store1.settle();
    await store1.commit(sampleCommit(2, 200, MARK));
    for (const path of filesUnder(dataDir)) {
      for (const clear of [MARK, sampleDigest(1), 'p_0123456789abcdef', 'two without ids']) assert.equal(readFileSync(path).includes(clear), false, `${clear} in ${path}`);
    }
  });
});

test('mayBePending() is true until the trace is in the engine', async () => {
  const store1 = await open();
  const low = Number(traceKey(1, 2) & 0xffff_ffffn);
  assert.equal(store1.mayBePending(low), false);
  await store1.commit(sampleCommit(1, 20, MARK));
  assert.deepEqual([store1.mayBePending(low), store1.mayBePending(low ^ 0x4000_0000)], [true, false]);
  await store1.settle();
  assert.equal(store1.mayBePending(low), false);
});

describe('settle()', () => {
  test('waits for what was committed before it, however many call', async () => {
    const store1 = await open();
    const seen = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => {
        await store1.commit(sampleCommit(at + 1, 4, MARK));
        await store1.settle();
        const [row] = await store1.query<{ c: string }>('SELECT count() AS c FROM spans WHERE block = {id:UInt64}', { id: at + 1 }, BOUNDS);
        return row?.c;
      }),
    );
    assert.deepEqual(seen, Array.from({ length: 6 }, () => '4'));
  });

  test('and commits are not held up by slow queries', async () => {
    const store1 = await open();
    let finished = 0;
    const slow = Array.from({ length: LIMITS.queries_at_once_max }, () =>
      store1.query('SELECT sleepEachRow(0.05) FROM numbers(60) SETTINGS max_block_size = 1', {}, BOUNDS).then(() => (finished += 1)),
    );
    await store1.commit(sampleCommit(1, 50, MARK));
    await store1.settle();
    assert.deepEqual([store1.pendingRows, finished], [0, 0]);
    await Promise.all(slow);
  });
});

describe('when something fails', () => {
  const failing = (): { files: Files; fail: { code: string | null; directory: RegExp | null } } => {
    const fail: { code: string | null; directory: RegExp | null } = { code: null, directory: null };
    const files: Files = {
      ...FILES,
      async create(path) {
        const file = await FILES.create(path);
        return {
          ...file,
          async append(parts) {
            if (fail.code !== null) {
              await file.append(parts.slice(0, 2));
              throw Object.assign(new Error(fail.code), { code: fail.code });
            }
            await file.append(parts);
          },
        };
      },
      async syncDirectory(path) {
        if (fail.directory?.test(path) === true) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        await FILES.syncDirectory(path);
      },
    };
    return { files, fail };
  };

  test('a full disk refuses, reads go on, and it recovers without a restart', async () => {
    const { files, fail } = failing();
    const store1 = await open({ files });
    await store1.commit(sampleCommit(1, 10, MARK));
    await store1.settle();
    fail.code = 'ENOSPC';
    await assert.rejects(store1.commit(sampleCommit(2, 10, MARK)), (error) => error instanceof StoreUnavailable && error.code === 'disk_full');
    assert.equal(store1.health().acceptingWrites, 'disk_full');
    assert.equal(await count(store1), 10);
    assert.deepEqual(await counts(store1), { received: 13, stored: 10, refused: 2, dropped: 1, minimized: 4 });
    fail.code = null;
    await store1.commit(sampleCommit(3, 10, MARK));
    assert.equal(store1.health().acceptingWrites, null);
    await store1.close();
    assert.equal(await count(await open()), 20, 'what was refused does not come back');
  });

  test('too little free disk refuses before it is too late', async () => {
    let free = 10_000;
    const store1 = await open({ freeBytes: () => free });
    assert.equal(store1.unavailable, null);
    free = 999;
    await wait(300);
    assert.deepEqual([store1.unavailable, store1.health().acceptingWrites], ['disk_full', 'disk_full']);
    free = 10_000;
    await wait(300);
    assert.equal(store1.unavailable, null);
  });

  test('a flush that fails half way is tried again, and nothing is there twice', async () => {
    const { files, fail } = failing();
    const store1 = await open({ files });
    fail.directory = /\/sealed\//;
    await store1.commit(sampleCommit(1, 10, MARK));
    await assert.rejects(store1.settle(), /cannot settle/);
    assert.equal(store1.pendingRows, 10);
    await store1.commit(sampleCommit(2, 10, MARK));
    await assert.rejects(store1.settle(), /cannot settle/, 'a failing engine does not keep reads waiting');
    fail.directory = null;
    for (let tries = 0; store1.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    assert.deepEqual([store1.pendingRows, await count(store1), await count(store1, 'traces')], [0, 20, 6]);
    assert.deepEqual(await store1.query('SELECT sum(count) AS c FROM accounting', {}, BOUNDS), [{ c: String(2 * (13 + 10 + 2 + 1 + 4)) }]);
  });

  test('tokens of keys that are destroyed are removed, those alone, and a repeated flush brings none back', async () => {
    const { files, fail } = failing();
    const store1 = await open({ files });
    await store1.commit(sampleCommit(1, 10, MARK));
    await store1.settle();
    fail.directory = /\/sealed\//;
    await store1.commit(sampleCommit(2, 10, MARK));
    await assert.rejects(store1.settle(), /cannot settle/);
    fail.directory = null;
    await store1.settle().catch(() => undefined);
    for (let tries = 0; store1.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    const others = [Buffer.alloc(8, 8), Buffer.from(`') OR 1=1 --`.slice(0, 8))];
    await store1.commit({ blocks: [sampleBlock(3, 10, MARK, { day: SAMPLE_DAY - 1 })], requests: [] });
    await store1.settle();
    const of = (day: number | null, ...keyIds: Uint8Array[]): Promise<number> => store1.removeTokens(keyIds.map((keyId) => ({ day, keyId })));
    assert.deepEqual([await of(null, ...others), await of(null), await store1.removeTokens([])], [0, 0, 0]);
    assert.deepEqual([await of(SAMPLE_DAY + 1, SAMPLE_KEY), await of(SAMPLE_DAY, ...others, SAMPLE_KEY), await of(SAMPLE_DAY, SAMPLE_KEY)], [0, 20, 0], 'of a day, those of this day alone');
    assert.deepEqual([await of(null, SAMPLE_KEY), await of(null, SAMPLE_KEY)], [10, 0]);
    await store1.close();
    const store2 = await open();
    assert.deepEqual([await count(store2, 'sealed_tokens'), await count(store2)], [0, 30]);
  });

  test('rows of a block that is there in part are replaced', async () => {
    const store1 = await open();
    const { files, fail } = failing();
    await store1.close();
    const store2 = await open({ files });
    fail.directory = /\/sealed\//;
    await store2.engine.insertNative(SEALED_TOKENS, [sampleBlock(1, 4, 'half').tokens]);
    await store2.engine.insertNative(SPANS, [sampleBlock(1, 3, 'half').spans]);
    await store2.commit(sampleCommit(1, 10, MARK));
    await assert.rejects(store2.settle());
    fail.directory = null;
    for (let tries = 0; store2.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    const rows = await store2.query<{ c: string; names: string[] }>('SELECT count() AS c, groupUniqArray(name) AS names FROM spans', {}, BOUNDS);
    assert.deepEqual(rows, [{ c: '10', names: [`GET /${MARK}`] }]);
    assert.equal(await count(store2, 'sealed_tokens'), 10);
  });
});

describe('a block that the engine cannot read', () => {
  const spoilt = (id: number, share = 0.5) => {
    const block = sampleBlock(id, 10, MARK);
    return { blocks: [{ ...block, spans: block.spans.subarray(0, block.spans.length * share) }], requests: [sampleAccount(`digest-${id}`, 10)] };
  };

  test('is set aside, sealed, and holds up nothing else', async () => {
    const store1 = await open();
    await Promise.all([store1.commit(sampleCommit(1, 10, MARK)), store1.commit(spoilt(2)), store1.commit(sampleCommit(3, 10, MARK))]);
    await store1.settle().catch(() => undefined);
    for (let tries = 0; store1.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    assert.deepEqual(await store1.query('SELECT block, count() AS c FROM spans GROUP BY block ORDER BY block', {}, BOUNDS), [{ block: '1', c: '10' }, { block: '3', c: '10' }]);
    assert.deepEqual(await store1.query('SELECT block, count() AS c FROM sealed_tokens GROUP BY block ORDER BY block', {}, BOUNDS), [{ block: '1', c: '10' }, { block: '3', c: '10' }]);
    assert.deepEqual(events.flatMap((event) => (event.is === 'set_aside' ? [[event.block, event.rows]] : [])), [[2, 10]]);
    const [kept = ''] = filesUnder(join(dataDir, 'set-aside'));
    assert.equal(readFileSync(kept).includes(MARK), false);
    assert.ok(statSync(kept).size > 2_000);
  });

  test('does not take rows of the next one with it', async () => {
    const store1 = await open();
    await Promise.all([store1.commit(sampleCommit(1, 10, MARK)), store1.commit(spoilt(2, 0.995)), store1.commit(sampleCommit(3, 10, MARK))]);
    await store1.settle().catch(() => undefined);
    for (let tries = 0; store1.pendingRows > 0 && tries < 100; tries += 1) await wait(100);
    assert.deepEqual(await store1.query('SELECT block, count() AS c FROM spans WHERE block != 2 GROUP BY block ORDER BY block', {}, BOUNDS), [{ block: '1', c: '10' }, { block: '3', c: '10' }]);
  });

  test('does not keep the server from starting', async () => {
    const child = await open();
    await child.commit(sampleCommit(1, 10, MARK));
    await child.commit(spoilt(2));
    // As after a crash: what is in the journal is all that is left of the process.
    const copy = join(home, 'copy');
    cpSync(join(dataDir, 'journal'), copy, { recursive: true });
    await child.settle().catch(() => undefined);
    await child.close().catch(() => undefined);
    for (const name of ['journal', 'engine', 'sealed', 'remembered', 'set-aside']) rmSync(join(dataDir, name), { recursive: true, force: true });
    renameSync(copy, join(dataDir, 'journal'));
    const again = await open();
    assert.equal(await count(again), 10);
    assert.equal(again.pendingRows, 0);
    assert.equal(filesUnder(join(dataDir, 'set-aside')).length, 1);
  });
});

describe('open()', () => {
  test('refuses a second owner and names the first', async () => {
    await open();
    await assert.rejects(Store.open({ dataDir, rootKey: openRootKey({ file: join(home, 'data.key'), dataDir }), config: CONFIG }), new RegExp(`process ${process.pid} has it open`));
  });

  test('refuses when the journal is gone or damaged', async () => {
    const store1 = await open();
    await store1.commit(sampleCommit(1, 10, MARK));
    await store1.close();
    renameSync(join(dataDir, 'journal'), join(home, 'journal'));
    await assert.rejects(open(), /its journal is gone/);
    rmSync(join(dataDir, 'journal'), { recursive: true, force: true });
    renameSync(join(home, 'journal'), join(dataDir, 'journal'));
    assert.equal(await count(await open()), 10);
  });
});

describe('remembered requests', () => {
  test('are forgotten when their time is over', async () => {
    const store1 = await open();
    await store1.commit(sampleCommit(1, 4, MARK));
    await store1.settle();
    now_ms += LIMITS.remembered_requests_ms_max - 1_000;
    await store1.commit(sampleCommit(2, 4, MARK));
    await store1.close();
    now_ms += 2_000;
    const store2 = await open();
    assert.deepEqual([...store2.rememberedRequests()].map(({ digest }) => digest), [sampleDigest(2)]);
    await store2.commit(sampleCommit(3, 4, MARK));
    await store2.settle();
    now_ms += LIMITS.remembered_requests_ms_max;
    await store2.commit(sampleCommit(4, 4, MARK));
    await store2.settle();
    assert.equal(readdirSync(join(dataDir, 'remembered')).length, 1);
  });

  test('say since when all of them are remembered, whatever was removed and however the process ended', async () => {
    const store1 = await open();
    assert.equal(store1.rememberedSince_ms, 0, 'nothing was ever forgotten');
    await store1.commit(sampleCommit(1, 4, MARK));
    await store1.close();
    // Over, but still in its file.
    now_ms += LIMITS.remembered_requests_ms_max + 1_000;
    const store2 = await open();
    assert.equal(store2.rememberedSince_ms, NOW_MS);
    assert.deepEqual([...store2.rememberedRequests()], []);
    const second_ms = now_ms;
    await store2.commit(sampleCommit(2, 4, MARK));
    await store2.settle();
    assert.equal(readdirSync(join(dataDir, 'remembered')).length, 1, 'its file is gone');
    await store2.close();
    const store3 = await open();
    assert.deepEqual([store3.rememberedSince_ms, [...store3.rememberedRequests()].map(({ digest, at_ms }) => [digest, at_ms])], [NOW_MS, [[sampleDigest(2), second_ms]]]);
    await store3.close();
    rmSync(join(dataDir, 'remembered'), { recursive: true });
    now_ms += 5_000;
    assert.equal((await open()).rememberedSince_ms, now_ms, 'of what was removed nothing is known');
  });
});

test('a directory from before there were filters is migrated, and its blocks stay', async () => {
  const store1 = await open();
  await store1.commit(sampleCommit(1, 10, MARK));
  await store1.settle();
  await store1.engine.command('DROP TABLE tracekeep.item_filters SYNC');
  await store1.engine.command('ALTER TABLE tracekeep.schema_version DELETE WHERE version > 2 SETTINGS mutations_sync = 1');
  await store1.close();
  const store2 = await open();
  await store2.commit(sampleCommit(2, 10, MARK));
  await store2.settle();
  assert.deepEqual(await store2.query('SELECT block, count() AS rows FROM spans GROUP BY block ORDER BY block', {}, BOUNDS), [{ block: '1', rows: '10' }, { block: '2', rows: '10' }]);
  assert.deepEqual(await store2.query('SELECT DISTINCT block FROM item_filters', {}, BOUNDS), [{ block: '2' }]);
});
