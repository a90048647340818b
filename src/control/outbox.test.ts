import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';

import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { isRefusal } from '#refusal';
import { done } from '#refusal/testing';

import { ControlStore } from './control.ts';
import type { Actor, OutboxRow } from './control.ts';

const ADA: Actor = { is: 'person', id: 'a_0000000000000001', name: 'Ada' };
const VERB = { is: 'command line' };
const KEY = new Secret(new Uint8Array(32).fill(7));
const NOW = Date.UTC(2026, 0, 1);
const opened: { store: ControlStore; dataDir: string }[] = [];

afterEach(() => {
  for (const { store, dataDir } of opened.splice(0)) {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

async function open(dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-outbox-'))): Promise<ControlStore> {
  const store = await ControlStore.open({ dataDir, key: KEY, clock: () => NOW });
  opened.push({ store, dataDir });
  return store;
}

/** The rows since the last call. */
async function told(store: ControlStore): Promise<readonly OutboxRow[]> {
  const rows = store.readOutbox();
  await store.forgetOutbox(rows.at(-1)?.id ?? 0);
  return rows;
}

const bodies = (rows: readonly OutboxRow[]): unknown[] => rows.map(({ type, statement, closed }) => [type, statement, closed]);

test('each change tells the log once, with ids in the statement, names and who in the closed part', async () => {
  const store = await open();
  const named = { tenant: DEFAULT_TENANT, name: 'shop' };
  const { producer, key } = done(await store.addProducer({ ...named, services: ['shop-*'] }, ADA));
  const { hash } = producer.keys[0] ?? {};
  const producerOf = (what: string, more: object = {}) => ['producer', { time: NOW, what, tenant: 'default', producer: producer.id, ...more }, { who: ADA, name: 'shop', services: ['shop-*'], backfill: false }];
  assert.deepEqual(bodies(await told(store)), [['tenant', { time: NOW, what: 'made', tenant: 'default', retention: 'default' }, { who: ADA }], producerOf('added', { generation: 1 })]);
  done(await store.rotateProducer(named, 5_000, ADA));
  done(await store.changeProducer(named, { services: ['shop-*'] }, ADA));
  done(await store.revokeProducer(named, ADA));
  const rows = await told(store);
  assert.deepEqual(bodies(rows), [producerOf('rotated', { generation: 2, oldKeysEnd: NOW + 5_000 }), producerOf('changed'), producerOf('revoked')]);
  for (const secret of [key.reveal(), hash ?? '-']) assert.ok(!JSON.stringify(rows).includes(secret));
});

test('tokens, people, sessions, tenants and findings tell the log too', async () => {
  const store = await open();
  const { token } = done(await store.addToken({ tenant: DEFAULT_TENANT, name: 'grafana', roles: ['viewer'], lifetimeMs: 60_000 }));
  done(await store.revokeToken({ tenant: DEFAULT_TENANT, name: 'grafana' }, ADA));
  const tokenOf = (what: string, who: unknown) => ['token', { time: NOW, what, tenant: 'default', token: token.id, person: null, roles: ['viewer'], scopes: null, expires: NOW + 60_000 }, { who, name: 'grafana' }];
  assert.deepEqual(bodies(await told(store)).slice(1), [tokenOf('made', VERB), tokenOf('revoked', ADA)]);

  const ada = done(await store.addAccount({ tenant: DEFAULT_TENANT, name: 'Ada', roles: ['admin'], password: '$hash' }));
  const bob = done(await store.addAccount({ tenant: DEFAULT_TENANT, name: 'Bob', roles: ['viewer'], password: '$hash' }, ADA));
  const session = done(await store.startSession(bob, { how: 'link', network: '192.0.2.0/24' }));
  await store.endSession(session.id, { is: 'person', id: bob.id, name: 'Bob' });
  await store.endSession(session.id, ADA);
  done(await store.signOutAccount({ tenant: DEFAULT_TENANT, name: 'Bob' }));
  done(await store.changeAccount({ tenant: DEFAULT_TENANT, name: 'Bob' }, { roles: ['admin'], password: '$other' }, ADA));
  done(await store.removeAccount({ tenant: DEFAULT_TENANT, name: 'Bob' }, ADA));
  const self = { is: 'person', id: bob.id, name: 'Bob' };
  const person = (what: string[], id: string, role: string, who: unknown, name: string) => ['person', { time: NOW, what, tenant: 'default', person: id, roles: [role] }, { who, name, groups: [] }];
  assert.deepEqual(bodies(await told(store)), [
    person(['added'], ada.id, 'admin', VERB, 'Ada'),
    person(['added'], bob.id, 'viewer', ADA, 'Bob'),
    ['sign-in', { time: NOW, what: 'signed in', how: 'link', code: null, tenant: 'default', person: bob.id }, { who: self, name: 'Bob', network: '192.0.2.0/24' }],
    ['sign-in', { time: NOW, what: 'signed out', tenant: 'default', person: bob.id }, { who: self, name: 'Bob' }],
    ['sign-in', { time: NOW, what: 'signed out everywhere', tenant: 'default', person: bob.id }, { who: VERB, name: 'Bob' }],
    person(['role', 'password'], bob.id, 'admin', ADA, 'Bob'),
    person(['removed'], bob.id, 'admin', ADA, 'Bob'),
  ]);

  done(await store.setTenant(tenantId('other') as TenantId, 'long'));
  await store.recordFindings([{ finding: { tenant: null, analytic: { uid: 'a', name: 'A', type_id: 1 }, subject: 's', severity_id: 3, title: 't', message: 'm' }, count: 1, first: NOW, last: NOW }]);
  const uid = store.listFindings({ limit: 1 })[0]?.uid ?? '';
  done(await store.changeFinding({ tenant: null, uid }, { status_id: 4, comment: 'mended' }, ADA));
  assert.deepEqual(bodies(await told(store)), [
    ['tenant', { time: NOW, what: 'made', tenant: 'other', retention: 'default' }, { who: VERB }],
    ['tenant', { time: NOW, what: 'set', tenant: 'other', retention: 'long' }, { who: VERB }],
    ['finding', { time: NOW, what: 'status', tenant: null, finding: uid, analytic: 'a', status_id: 4 }, { who: ADA, comment: 'mended' }],
  ]);
});

test('what is refused or changes nothing tells nothing', async () => {
  const store = await open();
  assert.ok(isRefusal(await store.revokeProducer({ tenant: DEFAULT_TENANT, name: 'nobody' })));
  assert.ok(isRefusal(await store.addProducer({ tenant: DEFAULT_TENANT, name: '', services: ['*'] })));
  assert.ok(isRefusal(await store.changeFinding({ tenant: null, uid: 'f_0000000000000000' }, { status_id: 4, comment: '' })));
  await store.endSession('nothing');
  assert.deepEqual(await told(store), []);
});

test('alignOutbox() removes what the log has, and ids go on behind it', async () => {
  const store = await open();
  for (const name of ['a', 'b', 'c']) done(await store.setTenant(tenantId(name) as TenantId, 'long'));
  const ids = store.readOutbox().map(({ id }) => id);
  assert.equal(await store.alignOutbox(ids[2] ?? 0), false);
  assert.deepEqual(store.readOutbox().map(({ id }) => id), ids.slice(3));
  await store.forgetOutbox(1_000);
  done(await store.setTenant(tenantId('a') as TenantId, 'short'));
  assert.deepEqual(store.readOutbox().map(({ id }) => id), [(ids.at(-1) ?? 0) + 1]);
});

test('alignOutbox() keeps the rows of an older copy of the database, behind what the log has', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-outbox-'));
  const first = await open(dataDir);
  done(await first.setTenant(tenantId('a') as TenantId, 'long'));
  const file = join(dataDir, 'control', 'control.sqlite');
  opened.splice(0).forEach(({ store }) => store.close());
  copyFileSync(file, `${file}.old`);
  const second = await open(dataDir);
  for (let i = 0; i < 5; i++) done(await second.setTenant(tenantId('a') as TenantId, 'long'));
  const logged = second.readOutbox().at(-1)?.id ?? 0;
  opened.splice(0).forEach(({ store }) => store.close());
  copyFileSync(`${file}.old`, file);
  const older = await open(dataDir);
  const before = bodies(older.readOutbox());
  assert.equal(await older.alignOutbox(logged), true);
  assert.deepEqual(bodies(older.readOutbox()), before);
  assert.deepEqual(older.readOutbox().map(({ id }) => id), before.map((_, at) => logged + 1 + at));
  assert.equal(await older.alignOutbox(logged), false);
  assert.equal(older.readOutbox().length, before.length);
});
