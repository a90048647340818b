import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { deriveKey, openRootKey } from '#keys';
import { entryOf, type Log } from '#log';
import { DEFAULT_TENANT, type LogBody, type RequestAccount } from '#model';
import { encodeCommit } from './commit-entry.ts';
import { sampleAccount, sampleBlock, sampleCommit } from './sample.ts';
import { Segments } from '#segments';
import { Store, type StoredBody, type StoreOptions } from './store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const CONFIG = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
const NOW_MS = 1_795_000_000_000;
const BOUNDS = { deadline_ms: 5_000, rows_max: 1 };

let home = '';
let store: Store | null = null;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-logged-'));
});
afterEach(async () => {
  await store?.close().catch(() => undefined);
  store = null;
  rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const dataDir = join(home, 'data');
  store = await Store.open({ dataDir, rootKey: openRootKey({ file: join(home, 'data.key'), dataDir }), config: CONFIG, now_ms: () => NOW_MS, ...options });
  return store;
}

async function bodiesIn(of: Store): Promise<StoredBody[]> {
  const bodies = await of.bodies(0, of.log.size);
  assert.equal(bodies.length, of.log.size, 'an entry without a body');
  return bodies;
}

async function bodiesInTable(of: Store): Promise<number> {
  return Number((await of.query<{ rows: string }>('SELECT count() AS rows FROM log_entries', {}, BOUNDS))[0]?.rows);
}

/** What the log holds is what the bodies say. */
function checkEntries(log: Pick<Log, 'entry'>, bodies: readonly StoredBody[]): void {
  for (const [index, body] of bodies.entries()) {
    assert.equal(body.index, index);
    assert.deepEqual(Buffer.from(log.entry(index) ?? []), Buffer.from(entryOf(body)), `entry ${index}`);
  }
}

const refused = (digest: string, tenant = DEFAULT_TENANT): RequestAccount => ({ ...sampleAccount(digest, 0), tenant, received: 2, dropped: 0 });
const kindsOf = (bodies: readonly StoredBody[]): string[] => bodies.map(({ type }) => type);
const access = (at: number): LogBody => ({ type: 'access', time_ms: NOW_MS + at, statement: `{"tenant":"default","at":${at}}`, closed: '{"salt":""}', outbox: at });

describe('the log of a store', () => {
  test('has an entry for each block and each thing that happened, in the order in which they became durable', async () => {
    const store1 = await open();
    await Promise.all([store1.commit(sampleCommit(1, 300, 'm')), store1.commit({ blocks: [], requests: [], entries: [access(4), access(5)] }), store1.commit(sampleCommit(2, 8, 'm'))]);
    const pending = await bodiesIn(store1);
    assert.deepEqual(kindsOf(pending), ['log-key', 'block', 'access', 'access', 'block']);
    assert.deepEqual(JSON.parse(pending[0]?.statement ?? ''), { vkeys: store1.log.vkeys(), blocksBefore: 0 });
    const { block, rows, tenant, statement, closed, groups } = pending[1] ?? assert.fail();
    const sealed = sampleBlock(1, 300, 'm');
    assert.deepEqual([block, rows, tenant, Buffer.from(groups)], [1, 300, 'default', Buffer.from(sealed.groups)]);
    assert.equal(JSON.parse(statement).root, Buffer.from(sealed.root).toString('base64'));
    assert.deepEqual(JSON.parse(closed).accounts, [{ producer: 'p_0123456789abcdef', received: 303, stored: 300, refused: { span_ids: 2 }, dropped: { duplicate: 1 }, minimized: { email: 4 } }]);
    checkEntries(store1.log, pending);
    assert.equal(await bodiesInTable(store1), 0);
    await store1.settle();
    assert.equal(await bodiesInTable(store1), 5);
    assert.deepEqual(await bodiesIn(store1), pending.map((body) => ({ ...body, groups: Buffer.from(body.groups) })));
    assert.deepEqual([await store1.body(4), await store1.body(9), store1.lastOutbox], [(await bodiesIn(store1))[4], null, 5]);
    const { size } = await store1.log.sign();
    await store1.commit(sampleCommit(3, 8, 'm'));
    const root = store1.log.root();
    await store1.close();
    const store2 = await open();
    assert.deepEqual([store2.log.size, Buffer.from(store2.log.root()), store2.log.signed?.size, store2.lastOutbox], [size + 1, Buffer.from(root), size, 5]);
    checkEntries(store2.log, await bodiesIn(store2));
  });

  test('says of requests of which nothing was stored what became of them, each once, also after a restart', async () => {
    const store1 = await open();
    await Promise.all([store1.commit({ blocks: [], requests: [refused('a')] }), store1.commit({ blocks: [], requests: [refused('b')] }), store1.commit(sampleCommit(1, 8, 'm'))]);
    await store1.settle();
    assert.deepEqual(kindsOf(await bodiesIn(store1)).sort(), ['block', 'log-key']);
    await store1.close();
    const store2 = await open();
    await store2.commit({ blocks: [], requests: [refused('c')] });
    await store2.close();
    const store3 = await open();
    const bodies = await bodiesIn(store3);
    assert.deepEqual(kindsOf(bodies), ['log-key', 'block', 'account', 'account']);
    const received = bodies.flatMap(({ closed }) => (JSON.parse(closed) as { accounts?: { received: number; refused: object }[] }).accounts ?? []).map((account) => account.received);
    assert.deepEqual(received, [11, 4, 2]);
    assert.equal((await store3.accounting()).find(({ outcome }) => outcome === 'received')?.count, 17);
    checkEntries(store3.log, bodies);
  });

  test('takes nothing that could have no entry, and is as it was', async () => {
    const store1 = await open();
    for (const wrong of [{ statement: '{"a":"\ud800"}' }, { closed: '\udc00' }, { time_ms: -1 }]) {
      await assert.rejects(store1.commit({ blocks: [], requests: [], entries: [{ ...access(1), ...wrong }] }));
    }
    assert.equal(store1.log.size, 1);
    await store1.commit({ blocks: [], requests: [], entries: [access(1)] });
    assert.equal(store1.log.size, 2);
  });

  test('begins with what comes after it: a journal from before has blocks and accounts without entries', async () => {
    const dataDir = join(home, 'data');
    const key = deriveKey(openRootKey({ file: join(home, 'data.key'), dataDir }), 'journal');
    const journal = await Segments.open({ directory: join(dataDir, 'journal'), key, purpose: 'journal', segmentBytesMax: 1e6, replay: () => undefined });
    for (const commit of [sampleCommit(1, 8, 'm'), { blocks: [], requests: [refused('a')] }]) await journal.append(fromBefore(encodeCommit(commit, [], NOW_MS)));
    await journal.close();
    const store1 = await open();
    const first = await bodiesIn(store1);
    assert.deepEqual([kindsOf(first), (JSON.parse(first[0]?.statement ?? '') as { blocksBefore: number }).blocksBefore], [['log-key'], 1]);
    assert.deepEqual(await store1.query('SELECT count() AS rows FROM spans', {}, BOUNDS), [{ rows: '8' }]);
    await store1.commit(sampleCommit(2, 8, 'm'));
    await store1.close();
    assert.deepEqual(kindsOf(await bodiesIn(await open())), ['log-key', 'block']);
  });
});

/** As commits were written when there was no log. */
function fromBefore([head = new Uint8Array(0), ...rest]: readonly Uint8Array[]): Uint8Array[] {
  const { bodies: _bodies, ...before } = JSON.parse(Buffer.from(head.subarray(5)).toString()) as { bodies: unknown };
  const json = Buffer.from(JSON.stringify(before));
  const prefix = Buffer.from(head.subarray(0, 5));
  prefix.writeUInt32LE(json.length, 1);
  return [prefix, json, ...rest];
}
