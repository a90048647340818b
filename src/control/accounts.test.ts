import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

const KEY = new Secret(new Uint8Array(32).fill(7));
const OTHER_TENANT = tenantId('other') as TenantId;
const ada = { tenant: DEFAULT_TENANT, name: 'Ada', roles: ['admin'], password: '$hash-of-ada' } as const;
const bob = { tenant: DEFAULT_TENANT, name: 'Bob', roles: ['viewer'], password: '$hash-of-bob' } as const;
const named = (name: string, tenant = DEFAULT_TENANT) => ({ tenant, name });

let now = Date.UTC(2026, 0, 1);
const opened: { store: ControlStore; dataDir: string }[] = [];

afterEach(() => {
  for (const { store, dataDir } of opened.splice(0)) {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

const newDir = (): string => mkdtempSync(join(tmpdir(), 'tracekeep-accounts-'));

async function open(dataDir = newDir()): Promise<ControlStore> {
  const store = await ControlStore.open({ dataDir, key: KEY, clock: () => now });
  opened.push({ store, dataDir });
  return store;
}

async function signIn(store: ControlStore, name: string): Promise<string> {
  const account = store.findAccount(name);
  assert.ok(account !== null);
  return done(await store.startSession(account)).token.reveal();
}

test('addAccount() gives one name to one person, in all tenants and spellings', async () => {
  const store = await open();
  assert.equal(store.hasAccounts(), false);
  assert.match(done(await store.addAccount(ada)).id, /^a_[0-9a-f]{16}$/);
  assert.equal(store.hasAccounts(), true);
  done(await store.addAccount({ ...bob, name: 'caf\u00e9' }));
  for (const name of ['Ada', 'cafe\u0301']) assert.equal(refusedAs(await store.addAccount({ ...bob, tenant: OTHER_TENANT, name })), 'name_taken');
  for (const name of ['', ' x', 'a\nb', 'a\u202eb', 'x'.repeat(129)]) assert.equal(refusedAs(await store.addAccount({ ...bob, name })), 'name_invalid');
  assert.equal(store.findAccount('cafe\u0301')?.name, 'caf\u00e9');
  assert.equal(store.findAccount('nobody'), null);
});

test('addAccount() makes a first account once, however many ask at the same moment', async () => {
  const store = await open();
  const answers = await Promise.all(['Ada', 'Eve', 'Mallory'].map((name) => store.addAccount({ ...ada, name, first: true })));
  assert.deepEqual(answers.filter(isRefusal).map(({ refused }) => refused), ['link_unknown', 'link_unknown']);
});

test('a session leads to the account as it is now, and nothing else does', async () => {
  const store = await open();
  done(await store.addAccount(ada));
  const token = await signIn(store, 'Ada');
  assert.match(token, /^ts_/);
  assert.equal(store.findSession(token)?.account.name, 'Ada');
  for (const text of ['', 'ts_', token.slice(0, -1), `${token}A`, token.replace('ts_', 'tt_'), 'x'.repeat(100_000)]) assert.equal(store.findSession(text), null);
  assert.ok(isRefusal(store.findCredential(token)), 'a session is no bearer token');
});

test('a session is over when nobody uses it, and at its end in any case', async () => {
  const store = await open();
  done(await store.addAccount(ada));
  const began = now;
  const [idle, used] = [await signIn(store, 'Ada'), await signIn(store, 'Ada')];
  const id = store.findSession(used)?.id ?? '';
  for (; now < began + LIMITS.session_ms_max; now += LIMITS.session_idle_ms_max - 1) {
    assert.ok(store.findSession(used) !== null);
    await store.touchSession(id);
  }
  assert.equal(store.findSession(idle), null);
  now = began + LIMITS.session_ms_max - 1;
  assert.equal(store.findSession(used)?.ends, began + LIMITS.session_ms_max);
  now += 1;
  assert.equal(store.findSession(used), null);
});

test('another role, another password, removal and signing out end all sessions of that person and of nobody else, at once and in every process', async () => {
  const dataDir = newDir();
  const [server, verb] = [await open(dataDir), await open(dataDir)];
  done(await server.addAccount(ada));
  done(await server.addAccount({ ...ada, name: 'Grace' }));
  const adas = await signIn(server, 'Ada');
  const acts = [
    () => verb.signOutAccount(named('Grace')), () => verb.changeAccount(named('Grace'), { password: '$new' }),
    () => verb.changeAccount(named('Grace'), { roles: ['viewer'] }), () => verb.removeAccount(named('Grace')),
  ];
  for (const act of acts) {
    const tokens = [await signIn(server, 'Grace'), await signIn(server, 'Grace')];
    done(await act());
    for (const token of tokens) assert.equal(server.findSession(token), null);
  }
  assert.ok(server.findSession(adas) !== null);
  assert.equal(server.findAccount('Grace'), null);
});

test('startSession() refuses when the password was changed while it was being checked', async () => {
  const store = await open();
  const checked = done(await store.addAccount(ada));
  done(await store.changeAccount(named('Ada'), { password: '$other' }));
  assert.equal(refusedAs(await store.startSession(checked)), 'session_over');
  assert.equal(refusedAs(await store.startSession({ id: 'a_0000000000000000', name: 'Ada', password: '' })), 'session_over');
});

test('startSession() ends the oldest session above the limit; touchSession() revives none', async () => {
  const store = await open();
  done(await store.addAccount(ada));
  const tokens: string[] = [];
  for (let sessions = 0; sessions <= LIMITS.account_sessions_max; sessions++, now++) tokens.push(await signIn(store, 'Ada'));
  assert.deepEqual(tokens.map((token) => store.findSession(token) !== null), tokens.map((_, at) => at > 0));
  const id = store.findSession(tokens[1] ?? '')?.id ?? '';
  await store.endSession(id);
  await store.touchSession(id);
  assert.equal(store.findSession(tokens[1] ?? ''), null);
});

test('the last administrator of a tenant is neither removed nor demoted', async () => {
  const store = await open();
  done(await store.addAccount(ada));
  done(await store.addAccount(bob));
  done(await store.addAccount({ ...ada, tenant: OTHER_TENANT, name: 'Elsewhere' }));
  assert.equal(refusedAs(await store.removeAccount(named('Ada'))), 'last_admin');
  assert.equal(refusedAs(await store.changeAccount(named('Ada'), { roles: ['viewer'] })), 'last_admin');
  done(await store.changeAccount(named('Ada'), { password: '$new' }));
  done(await store.changeAccount(named('Bob'), { roles: ['admin'] }));
  done(await store.changeAccount(named('Ada'), { roles: ['viewer'] }));
  done(await store.removeAccount(named('Ada')));
});

test('an account of one tenant is not reached from another, by name or id', async () => {
  const store = await open();
  done(await store.addAccount(ada));
  const { id } = done(await store.addAccount(bob));
  for (const name of ['Bob', id]) {
    assert.equal(refusedAs(await store.removeAccount(named(name, OTHER_TENANT))), 'name_unknown');
    assert.equal(refusedAs(await store.changeAccount(named(name, OTHER_TENANT), { roles: ['admin'] })), 'name_unknown');
    assert.equal(refusedAs(await store.signOutAccount(named(name, OTHER_TENANT))), 'name_unknown');
  }
  assert.deepEqual(await store.listAccounts(OTHER_TENANT), []);
  assert.deepEqual((await store.listAccounts(DEFAULT_TENANT)).map(({ name }) => name), ['Ada', 'Bob']);
});

test('neither a session moved to another row nor one moved to another account is believed', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  done(await store.addAccount(ada));
  done(await store.addAccount(bob));
  const [adas, bobs] = [await signIn(store, 'Ada'), await signIn(store, 'Bob')];
  const [idOfAdas, idOfBobs] = [store.findSession(adas)?.id ?? '', store.findSession(bobs)?.id ?? ''];
  const raw = new DatabaseSync(join(dataDir, 'control', 'control.sqlite'));
  raw.prepare('UPDATE sessions SET account = (SELECT account FROM sessions WHERE id = ?) WHERE id = ?').run(idOfAdas, idOfBobs);
  assert.equal(store.findSession(bobs)?.account.name, 'Bob');
  raw.prepare('UPDATE sessions SET sealed = (SELECT sealed FROM sessions WHERE id = ?) WHERE id = ?').run(idOfAdas, idOfBobs);
  raw.close();
  assert.throws(() => store.findSession(bobs), /cannot open sessions/);
});

test('no file holds a name, a hash or a token of a session', async () => {
  const dataDir = newDir();
  const store = await open(dataDir);
  done(await store.addAccount({ ...ada, name: 'Margarethe' }));
  const token = await signIn(store, 'Margarethe');
  for (const file of readdirSync(join(dataDir, 'control'))) {
    const bytes = readFileSync(join(dataDir, 'control', file), 'latin1');
    for (const word of ['Margarethe', '$hash', 'admin', token, token.slice(3, 20)]) assert.ok(!bytes.includes(word), `${word} in ${file}`);
  }
});
