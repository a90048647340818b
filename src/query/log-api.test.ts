/** The routes of the log over a real log, on a real port. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { entryBytes } from '#evidence';
import { sha256 } from '#keys/signing';
import { Log } from '#log';
import { checkConsistency, TILE_WIDTH } from '#merkle';
import { ENTRY_TYPES, type Reader, type TenantId } from '#model';
import { Publisher } from '#publish';
import { refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import { createQueries } from './query.ts';
import { createTestStore, TODAY_MS, type TestStore } from './testing.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-query-log-'));
const now_ms = (): number => TODAY_MS + 60_000;
const PUBLISHED = 600;
const SIZE = 700;
const TOKENS: Readonly<Record<string, Reader>> = Object.fromEntries((['viewer', 'admin'] as const).map((role) => [`tt_${role}`, { id: 't_0000000000000001', name: role, tenant: 'default' as TenantId, kind: 'token', roles: [role], groups: [], scopes: null }]));
const authenticator = createAuthenticator({ findCredential: (credential) => (TOKENS[credential] === undefined ? refuse('credential_unknown') : { kind: 'token', reader: TOKENS[credential] }) });

let store: TestStore;
let log: Log;
let publisher: Publisher;
let open: RunningConsole;
let closed: RunningConsole;

/** One entry each ten minutes, blocks and reads by turns, every third of another tenant. */
const body = (at: number) => ({ type: at % 2 === 0 ? ENTRY_TYPES.block : ENTRY_TYPES.access, time_ms: TODAY_MS - (SIZE - at) * 600_000, statement: `{"tenant":"${at % 3 === 0 ? 'theirs' : 'default'}","at":${at}}`, closed: '{}' });

before(async () => {
  store = createTestStore();
  log = await Log.open({ directory: join(home, 'data/log'), dataDir: join(home, 'data'), keys: { folder: join(home, 'keys'), origin: 'log.example/a' }, synced: { size: 0, root: null }, replayed: [] });
  const entries = Array.from({ length: SIZE }, (_, at) => body(at));
  log.append(entries.slice(0, PUBLISHED).map((one) => entryBytes(one, sha256)));
  publisher = Publisher.open({ log, folder: join(home, 'keys'), witnesses: [], quorum: 0, onWitnessRefused: () => assert.fail(), onFailure: (what) => assert.fail(what) });
  await publisher.round();
  log.append(entries.slice(PUBLISHED).map((one) => entryBytes(one, sha256)));
  // The newest ten are not in the store yet.
  const rows = entries.slice(0, -10).map(({ type, time_ms, statement }, index) => JSON.stringify({ index, time: (time_ms / 1000).toFixed(3), type, block: 0, rows: 0, tenant: index % 3 === 0 ? 'theirs' : 'default', statement, closed: '{}', groups: '', outbox: 0 }));
  await store.session.queryBindAsync('INSERT INTO log_entries (index, time, type, block, rows, tenant, statement, closed, groups, outbox) SELECT * FROM format(JSONEachRow, {structure:String}, {rows:String})', { structure: 'index UInt64, time DateTime64(3), type UInt8, block UInt64, rows UInt32, tenant String, statement String, closed String, groups String, outbox UInt64', rows: rows.join('\n') });
  const parts = (isPublic: boolean) => ({ address: { host: '127.0.0.1', port: 0 }, authenticator, metricsText: async () => '', ready: async () => null, now_ms, queries: createQueries({ store, producers: async () => [], now_ms, settle_ms: 0, log: { log, publisher, public: isPublic } }) });
  [open, closed] = [await startConsole(parts(true)), await startConsole(parts(false))];
});
after(async () => {
  await open.stop();
  await closed.stop();
  await log.close();
  store.close();
  rmSync(home, { recursive: true, force: true });
});

async function ask(path: string, token: string | null = 'tt_viewer', { address } = open, method = 'GET') {
  const answer = await fetch(`http://127.0.0.1:${address.port}${path}`, { method, headers: token === null ? {} : { authorization: `Bearer ${token}` } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes, text: Buffer.from(bytes).toString() };
}

const json = async <T>(url: string, token?: string): Promise<T> => {
  const { status, text } = await ask(url, token);
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
};

test('checkpoint, tiles and bundles need no credential, and say how long they hold', async () => {
  const checkpoint = await ask('/log/checkpoint', null);
  assert.equal(checkpoint.text, publisher.published?.note);
  assert.deepEqual([checkpoint.status, checkpoint.headers['content-type'], checkpoint.headers['cache-control']], [200, 'text/plain; charset=utf-8', 'public, max-age=1']);
  const tile = await ask('/log/tile/0/001', null);
  assert.deepEqual([tile.status, tile.headers['content-type'], tile.headers['cache-control'], tile.bytes.length], [200, 'application/octet-stream', 'public, max-age=31536000, immutable', TILE_WIDTH * 32]);
  assert.match(String(tile.headers['content-security-policy']), /default-src 'none'/);
  assert.deepEqual((await ask('/log/tile/entries/002.p/7', null)).bytes, new Uint8Array(log.bundle(2, 7)!));
  assert.deepEqual((await ask('/log/tile/1/000.p/2', null)).bytes, new Uint8Array(log.tile(1, 0, 2)!));
});

test('HEAD says what GET would, without the bytes, and nothing about paths that are none', async () => {
  for (const path of ['/log/checkpoint', '/log/tile/0/001', '/log/tile/entries/002.p/7']) {
    const [got, head] = [await ask(path, null), await ask(path, null, open, 'HEAD')];
    assert.deepEqual([head.status, head.bytes.length], [200, 0], path);
    for (const name of ['content-type', 'content-length', 'cache-control', 'content-security-policy']) assert.equal(head.headers[name], got.headers[name], `${path} ${name}`);
  }
  assert.equal((await ask('/log/tile/0/x', null, open, 'HEAD')).status, 404);
  assert.equal((await ask('/log/checkpoint', null, closed, 'HEAD')).status, 401);
});

test('nothing beyond the published checkpoint is served, and every narrower width is', async () => {
  const rest = PUBLISHED - 2 * TILE_WIDTH;
  for (const width of [1, rest - 1, rest]) assert.equal((await ask(`/log/tile/0/002.p/${width}`, null)).status, 200, String(width));
  for (const path of [`0/002.p/${rest + 1}`, '0/002', `entries/002.p/${rest + 1}`, 'entries/002', '0/003.p/1', '1/000.p/3', '2/000.p/1']) assert.equal((await ask(`/log/tile/${path}`, null)).status, 404, path);
  assert.ok(log.tile(0, 2, rest + 1) !== null, 'the log has it');
});

test('paths that are none are not found', async () => {
  for (const path of ['', '0', '0/', '0/0', '0/1', '0/0001', '0/x000/001', '00/001', '-1/001', '7/001', '64/001', 'entries', 'entries/1', 'data/001', '0/001.p/0', '0/001.p/256', '0/001.p/01', '0/001.p/', '0/001/p/1', '0/..%2f001', '..%2f..%2fdata', '%00', '0/x999/x999/x999/x999/x999/999', `0/${'x000/'.repeat(500)}000`]) {
    assert.equal((await ask(`/log/tile/${path}`, null)).status, 404, path);
  }
  assert.equal((await ask('/log/tile/0/001?x=1', null)).status, 400);
  // Nothing else under /log is open.
  assert.equal((await ask('/log/nothing', null)).status, 401);
});

test('with log-public: false a token is needed, and shared caches keep nothing', async () => {
  for (const path of ['/log/checkpoint', '/log/tile/0/001', '/log/tile/entries/001']) {
    assert.equal((await ask(path, null, closed)).status, 401, path);
    const answer = await ask(path, 'tt_viewer', closed);
    assert.equal(answer.status, 200, path);
    assert.match(String(answer.headers['cache-control']), /^private, /);
  }
});

test('/api/v1/log says how far it is published and how it grows', async () => {
  const state = await json<{ origin: string; vkeys: string[]; size: number; published: { size: number; note: string; signatures: { name: string; time: string | null }[] }; held: null; quorum: number; public: boolean; growth: { hour: string; type: string; entries: number }[] }>('/api/v1/log');
  assert.deepEqual([state.origin, state.vkeys, state.size, state.published.size, state.published.note, state.held, state.quorum, state.public], ['log.example/a', [...log.vkeys()], SIZE, PUBLISHED, publisher.published?.note, null, 0, true]);
  assert.deepEqual(state.published.signatures.map(({ name, time }) => [name, time === null]), [['log.example/a', true], ['log.example/a', false]]);
  assert.equal(state.growth.reduce((sum, { entries }) => sum + entries, 0), SIZE - 10);
  assert.deepEqual(state.growth[0], { hour: new Date(TODAY_MS - 2 * 3_600_000).toISOString(), type: 'block', entries: 1 });
  assert.equal((await ask('/api/v1/log', null)).status, 401);
});

test('/api/v1/log/entries: what happened when for readers, and what was said for administrators of the same tenant', async () => {
  const seen = await json<{ size: number; entries: object[] }>('/api/v1/log/entries?from=3&limit=2');
  assert.deepEqual(seen, { size: SIZE, entries: [3, 4].map((at) => ({ index: at, time: new Date(body(at).time_ms).toISOString(), type: at === 3 ? 'access' : 'block' })) });
  const said = await json<{ entries: { index: number; statement: string | null }[] }>('/api/v1/log/entries?from=3&limit=3', 'tt_admin');
  assert.deepEqual(said.entries.map(({ statement }) => statement), [null, body(4).statement, body(5).statement]);
  const newest = await json<{ entries: { index: number; statement: string | null }[] }>('/api/v1/log/entries?limit=12', 'tt_admin');
  assert.deepEqual(newest.entries.map(({ index }) => index), Array.from({ length: 12 }, (_, at) => SIZE - 12 + at));
  assert.deepEqual(newest.entries.at(-1), { index: SIZE - 1, time: new Date(body(SIZE - 1).time_ms).toISOString(), type: 'access', statement: null });
  assert.equal((await ask('/api/v1/log/entries?limit=12', 'tt_admin')).text.includes('closed'), false);
  assert.deepEqual((await json<{ entries: [] }>(`/api/v1/log/entries?from=${SIZE}`, 'tt_admin')).entries, []);
  assert.deepEqual((await json<{ entries: [] }>(`/api/v1/log/entries?from=${Number.MAX_SAFE_INTEGER}`, 'tt_admin')).entries, []);
  for (const query of ['limit=0', 'limit=1001', 'from=-1', 'from=1.5', 'from=x', 'tenant=theirs']) assert.equal((await ask(`/api/v1/log/entries?${query}`)).status, 400, query);
});

test('/api/v1/log/consistency proves that the published log grew from an earlier size', async () => {
  for (const [from, to] of [[1, 600], [256, 600], [300, 511], [600, 600]] as const) {
    const { proof } = await json<{ proof: string[] }>(`/api/v1/log/consistency?from=${from}&to=${to}`);
    assert.equal(checkConsistency(sha256, from, to, log.root(from), proof.map((hash) => new Uint8Array(Buffer.from(hash, 'base64'))), log.root(to)), undefined, `${from} to ${to}`);
  }
  assert.deepEqual(await json('/api/v1/log/consistency?from=0&to=5'), { proof: [] });
  for (const [query, status] of [['from=1&to=601', 404], ['from=5&to=4', 400], ['from=1', 400], ['', 400], ['from=1&to=x', 400]] as const) assert.equal((await ask(`/api/v1/log/consistency?${query}`)).status, status, query);
});
