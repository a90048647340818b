import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, test } from 'node:test';

import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId } from '#model';
import type { TenantId } from '#model';
import { isRefusal } from '#refusal';
import { done, refusedAs } from '#refusal/testing';

import { ControlStore } from './control.ts';

const HOUR = 3_600_000;
const KEY = new Secret(new Uint8Array(32).fill(7));
const OTHER_TENANT = tenantId('other') as TenantId;
const shop = { tenant: DEFAULT_TENANT, name: 'Shop team', services: ['shop-*', 'cart'] };
const named = { tenant: DEFAULT_TENANT, name: 'Shop team' };

let now = Date.UTC(2026, 0, 1);
let ticks = 0;
const opened: { store: ControlStore; dataDir: string }[] = [];

afterEach(() => {
  for (const { store, dataDir } of opened.splice(0)) {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

const newDir = (): string => mkdtempSync(join(tmpdir(), 'tracekeep-control-'));

async function open(dataDir = newDir(), key = KEY): Promise<ControlStore> {
  const store = await ControlStore.open({ dataDir, key, clock: () => now, elapsed: () => ticks });
  opened.push({ store, dataDir });
  return store;
}

const known = (store: ControlStore, text: string): boolean => !isRefusal(store.findCredential(text));

test('addProducer() gives a key that names the producer, its tenant, services and retention', async () => {
  const store = await open();
  done(await store.setTenant(DEFAULT_TENANT, 'audit'));
  const { producer, key } = done(await store.addProducer(shop));
  assert.match(key.reveal(), /^tk_[A-Za-z0-9_-]{49}$/);
  assert.match(producer.id, /^p_[0-9a-f]{16}$/);
  assert.deepEqual(store.findCredential(key.reveal()), {
    kind: 'producer',
    producer: { id: producer.id, name: 'Shop team', tenant: 'default', retention: 'audit', services: ['shop-*', 'cart'], backfill: false, version: 1 },
  });
});

test('addProducer() refuses names and globs that are taken, missing, too long or not printable', async () => {
  const store = await open();
  done(await store.addProducer(shop));
  assert.equal(refusedAs(await store.addProducer(shop)), 'name_taken');
  done(await store.addProducer({ ...shop, tenant: OTHER_TENANT }));
  for (const name of ['', ' x', 'x ', 'a\nb', 'a\u001b[31m', 'a\u202eb', 'a\u200bb', 'x'.repeat(129)]) {
    assert.equal(refusedAs(await store.addProducer({ ...shop, name })), 'name_invalid', JSON.stringify(name));
  }
  for (const services of [[], [''], ['a\u0000'], ['x'.repeat(257)], Array.from({ length: 65 }, (_, i) => `s${i}`)]) {
    assert.equal(refusedAs(await store.addProducer({ ...shop, name: 'new', services })), 'glob_invalid');
  }
  assert.equal((await store.listProducers()).length, 2);
});

test('addProducer() takes two spellings of one name as one name', async () => {
  const store = await open();
  done(await store.addProducer({ ...shop, name: 'caf\u00e9' }));
  assert.equal(refusedAs(await store.addProducer({ ...shop, name: 'cafe\u0301' })), 'name_taken');
  done(await store.revokeProducer({ tenant: DEFAULT_TENANT, name: 'cafe\u0301' }));
});

test('rotateProducer() keeps the old key valid for the grace period and not a millisecond longer', async () => {
  const store = await open();
  const first = done(await store.addProducer(shop)).key.reveal();
  const second = done(await store.rotateProducer(named, HOUR)).key.reveal();
  assert.ok(known(store, first) && known(store, second));
  now += HOUR - 1;
  assert.ok(known(store, first));
  now += 1;
  assert.equal(known(store, first), false);
  assert.ok(known(store, second));
});

test('rotateProducer() without grace ends the old keys at once; a later rotation never prolongs one', async () => {
  const store = await open();
  const first = done(await store.addProducer(shop)).key.reveal();
  done(await store.rotateProducer(named, HOUR));
  done(await store.rotateProducer(named, 5 * HOUR));
  now += HOUR;
  assert.equal(known(store, first), false);
  const last = done(await store.rotateProducer(named, 0));
  assert.deepEqual(last.producer.keys.map(({ generation }) => generation), [4]);
  assert.equal(refusedAs(await store.rotateProducer(named, -1)), 'time_invalid');
  assert.equal(refusedAs(await store.rotateProducer(named, Number.NaN)), 'time_invalid');
});

test('rotateProducer() keeps no more than the limit of keys valid at once', async () => {
  const store = await open();
  const { key } = done(await store.addProducer(shop));
  for (let keys = 1; keys < LIMITS.producer_keys_max; keys++) done(await store.rotateProducer(named, HOUR));
  assert.equal(refusedAs(await store.rotateProducer(named, HOUR)), 'control_limit');
  assert.ok(known(store, key.reveal()), 'a refused rotation changes nothing');
  assert.equal(done(await store.rotateProducer(named, 0)).producer.keys.length, 1);
});

test('setTenant() makes tenants up to the limit and changes those there are', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  assert.equal(done(await store.setTenant(OTHER_TENANT, 'default')).retention, 'default');
  const raw = new DatabaseSync(join(dataDir, 'control', 'control.sqlite'));
  raw.exec(`WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${LIMITS.tenants_max}) INSERT INTO tenants SELECT 'full ' || i, x'00' FROM n`);
  raw.close();
  assert.equal(refusedAs(await store.setTenant(DEFAULT_TENANT, 'audit')), 'control_limit');
  assert.equal(refusedAs(await store.addProducer(shop)), 'control_limit');
  assert.equal(refusedAs(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'] })), 'control_limit');
  assert.equal(done(await store.setTenant(OTHER_TENANT, 'audit')).retention, 'audit');
  assert.equal(refusedAs(await store.setTenant(OTHER_TENANT, 'No Class')), 'name_invalid');
});

test('revokeProducer() ends every generation, frees the name and keeps the record', async () => {
  const store = await open();
  const { key, producer } = done(await store.addProducer(shop));
  const second = done(await store.rotateProducer(named, HOUR)).key;
  done(await store.revokeProducer({ tenant: DEFAULT_TENANT, name: producer.id }));
  assert.equal(known(store, key.reveal()), false);
  assert.equal(known(store, second.reveal()), false);
  assert.equal(refusedAs(await store.revokeProducer(named)), 'name_unknown');
  assert.equal(refusedAs(await store.rotateProducer(named, 0)), 'name_unknown');
  done(await store.addProducer(shop));
  assert.deepEqual((await store.listProducers()).map(({ revoked }) => revoked !== null), [true, false]);
});

test('a producer of one tenant is not reached from another, by name or id', async () => {
  const store = await open();
  const { producer } = done(await store.addProducer(shop));
  assert.equal(refusedAs(await store.revokeProducer({ tenant: OTHER_TENANT, name: producer.id })), 'name_unknown');
  assert.equal(refusedAs(await store.revokeProducer({ tenant: OTHER_TENANT, name: producer.name })), 'name_unknown');
  assert.deepEqual(await store.listProducers(OTHER_TENANT), []);
});

test('changeProducer() raises the version and leaves alone what is not named', async () => {
  const store = await open();
  const { key } = done(await store.addProducer(shop));
  done(await store.changeProducer(named, { services: ['bank'] }));
  const found = done(store.findCredential(key.reveal()));
  assert.ok(found.kind === 'producer');
  assert.deepEqual([found.producer.services, found.producer.version], [['bank'], 2]);
});

test('addToken() gives a token with a role that ends at its expiry or its revocation', async () => {
  const store = await open();
  const { token, secret } = done(await store.addToken({ tenant: DEFAULT_TENANT, name: 'grafana', roles: ['viewer'], lifetimeMs: HOUR }));
  assert.match(secret.reveal(), /^tt_/);
  assert.deepEqual(store.findCredential(secret.reveal()), { kind: 'token', reader: { id: token.id, name: 'grafana', tenant: 'default', kind: 'token', roles: ['viewer'], groups: [], scopes: null } });
  now += HOUR;
  assert.equal(known(store, secret.reveal()), false);
  const forEver = done(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'] }));
  assert.equal(forEver.token.name, forEver.token.id);
  done(await store.revokeToken({ tenant: DEFAULT_TENANT, name: forEver.token.id }));
  assert.equal(known(store, forEver.secret.reveal()), false);
  assert.equal(refusedAs(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'], lifetimeMs: 0 })), 'time_invalid');
});

test('a token of one tenant is not revoked from another, by name or id', async () => {
  const store = await open();
  const { token, secret } = done(await store.addToken({ tenant: DEFAULT_TENANT, name: 'grafana', roles: ['viewer'] }));
  for (const name of [token.id, token.name]) assert.equal(refusedAs(await store.revokeToken({ tenant: OTHER_TENANT, name })), 'name_unknown');
  assert.ok(known(store, secret.reveal()));
});

test('findCredential() knows nothing but whole, unchanged credentials', async () => {
  const store = await open();
  const key = done(await store.addProducer(shop)).key.reveal();
  const flipped = key.slice(0, 10) + (key[10] === 'A' ? 'B' : 'A') + key.slice(11);
  for (const text of ['', 'tk_', key.slice(0, -1), `${key} `, `${key}A`, key.toUpperCase(), key.replace('tk_', 'tt_'), flipped, 'x'.repeat(1_000_000)]) {
    assert.equal(known(store, text), false);
  }
});

test('a revocation by another process is seen within the promised time, and no sooner does anybody look at the database', async () => {
  const dataDir = newDir();
  const server = await open(dataDir);
  const verb = await open(dataDir);
  const { key } = done(await verb.addProducer(shop));
  ticks += LIMITS.revocation_ms_max;
  assert.ok(known(server, key.reveal()));
  done(await verb.revokeProducer(named));
  assert.ok(known(server, key.reveal()), 'answered from memory in between');
  ticks += LIMITS.revocation_ms_max;
  assert.equal(known(server, key.reveal()), false);
});

test('findCredential() throws rather than answer from a database it can no longer read', async () => {
  const dataDir = newDir();
  const server = await ControlStore.open({ dataDir, key: KEY, clock: () => now, elapsed: () => ticks });
  const { key } = done(await server.addProducer(shop));
  assert.ok(known(server, key.reveal()));
  server.close();
  ticks += LIMITS.revocation_ms_max;
  assert.throws(() => server.findCredential(key.reveal()));
  rmSync(dataDir, { recursive: true });
});

test('open() refuses another root key and leaves the data as it was', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  const { key } = done(await store.addProducer(shop));
  await assert.rejects(ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(8)) }), (error: Error) => /cannot use this root key/.test(String((error.cause as Error).message)));
  const again = await open(dataDir);
  assert.ok(known(again, key.reveal()));
});

test('open() refuses a database that a newer program has changed', async () => {
  const dataDir = newDir();
  await open(dataDir);
  const raw = new DatabaseSync(join(dataDir, 'control', 'control.sqlite'));
  raw.exec('PRAGMA user_version = 1000');
  raw.close();
  await assert.rejects(ControlStore.open({ dataDir, key: KEY }), (error: Error) => /newer than this program/.test(String((error.cause as Error).message)));
});

test('a record moved to another row is not believed', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  const admin = done(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'] })).token;
  const viewer = done(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'] })).token;
  const raw = new DatabaseSync(join(dataDir, 'control', 'control.sqlite'));
  raw.prepare('UPDATE tokens SET sealed = (SELECT sealed FROM tokens WHERE id = ?) WHERE id = ?').run(admin.id, viewer.id);
  raw.close();
  ticks += LIMITS.revocation_ms_max;
  await assert.rejects(store.listTokens(), /cannot open tokens/);
});

test('the files are 0600 in a 0700 folder and name nobody', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  done(await store.addProducer({ tenant: tenantId('acme-tenant') as TenantId, name: 'Payments crew', services: ['ledger-service-*'] }));
  done(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'], name: 'Margarethe' }));
  const folder = join(dataDir, 'control');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const files = readdirSync(folder);
  assert.ok(files.includes('control.sqlite-wal'), 'the write-ahead log is looked at too');
  for (const file of files) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
    const bytes = readFileSync(join(folder, file), 'latin1');
    for (const word of ['acme-tenant', 'Payments', 'ledger-service', 'Margarethe', 'viewer', 'admin']) assert.ok(!bytes.includes(word), `${word} in ${file}`);
  }
});

test('changes at once are all kept, and one name is given once', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  const answers = await Promise.all([...Array(12).keys()].map((i) => store.addProducer({ ...shop, name: i < 3 ? 'same' : `n${i}` })));
  assert.deepEqual(answers.filter(isRefusal).map(({ refused }) => refused), ['name_taken', 'name_taken']);
  const other = await open(dataDir);
  done(await other.addProducer(shop));
  assert.equal((await store.listProducers()).length, 11);
});

test('a change that the database itself undid says why it failed, and the next one goes on', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  const raw = new DatabaseSync(join(dataDir, 'control', 'control.sqlite'));
  // As a full disk does: the whole transaction is gone.
  raw.exec("CREATE TRIGGER full BEFORE INSERT ON tokens BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END");
  await assert.rejects(store.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'] }), ({ message, cause }: Error) => /cannot change the control database/.test(message) && /the disk is full/.test(String(cause)));
  raw.exec('DROP TRIGGER full');
  raw.close();
  done(await store.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'] }));
});

test('open() begins no database anew beside a log that has entries, unless somebody makes the empty file', async () => {
  const dataDir = newDir();
  mkdirSync(join(dataDir, 'log'));
  writeFileSync(join(dataDir, 'log', 'entries'), '');
  await open(dataDir);
  rmSync(join(dataDir, 'control'), { recursive: true });
  writeFileSync(join(dataDir, 'log', 'entries'), 'x');
  await assert.rejects(open(dataDir), /cannot find the control database .*put the folder control\/ back/u);
  assert.ok(!existsSync(join(dataDir, 'control')));
  mkdirSync(join(dataDir, 'control'));
  writeFileSync(join(dataDir, 'control', 'control.sqlite'), '');
  assert.ok(isRefusal((await open(dataDir)).findCredential('tk_'.padEnd(52, 'x'))));
});
