import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId } from '#model';
import type { Reader, TenantId } from '#model';
import { isRefusal } from '#refusal';
import { done, refusedAs } from '#refusal/testing';

import { ControlStore, actorOf } from './control.ts';

const OTHER_TENANT = tenantId('other') as TenantId;
const named = (name: string, tenant = DEFAULT_TENANT) => ({ tenant, name });

let now = Date.UTC(2026, 0, 1);
let dataDir = '';
let store: ControlStore;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-tokens-'));
  store = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  done(await store.addAccount({ ...named('Ada'), roles: ['admin'], password: '$hash-of-ada' }));
  done(await store.addAccount({ ...named('Bob'), roles: ['viewer', 'auditor'], groups: ['payments'], password: '$hash-of-bob' }));
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function readerOf({ secret }: { readonly secret: Secret<string> }): Reader | null {
  const found = store.findCredential(secret.reveal());
  return isRefusal(found) || found.kind !== 'token' ? null : found.reader;
}

test('a token that acts for a person has the roles and groups that the person has at the time, and ends with the account', async () => {
  const made = done(await store.addToken({ ...named('of Bob'), user: 'Bob', scopes: ['trace.*'] }));
  const bob = store.findAccount('Bob');
  assert.deepEqual(readerOf(made), { id: made.token.id, name: 'of Bob', tenant: 'default', kind: 'token', roles: ['viewer', 'auditor'], groups: ['payments'], scopes: ['trace.*'], person: { id: bob?.id, name: 'Bob' } });
  done(await store.changeAccount(named('Bob'), { roles: ['viewer'], groups: [] }));
  assert.deepEqual([readerOf(made)?.roles, readerOf(made)?.groups], [['viewer'], []]);
  done(await store.removeAccount(named('Bob')));
  assert.equal(readerOf(made), null);
  assert.notEqual((await store.listTokens())[0]?.revoked, null);
  done(await store.addAccount({ ...named('Bob'), roles: ['admin'], password: '$another' }));
  assert.equal(readerOf(made), null, 'another Bob');
});

test('what a token did for somebody is told with both names', () => {
  assert.deepEqual(actorOf({ id: 't_0000000000000001', name: 'grafana', person: { id: 'a_0000000000000001', name: 'ana' } }), { is: 'token', id: 't_0000000000000001', name: 'grafana for ana' });
  assert.deepEqual(actorOf({ id: 'a_0000000000000001', name: 'ana' }), { is: 'person', id: 'a_0000000000000001', name: 'ana' });
});

test('addToken() wants roles or a person of the tenant, one of the two', async () => {
  assert.equal(refusedAs(await store.addToken({ ...named('x') })), 'role_unknown');
  assert.equal(refusedAs(await store.addToken({ ...named('x'), roles: [] })), 'role_unknown');
  assert.equal(refusedAs(await store.addToken({ ...named('x'), roles: ['viewer'], user: 'Bob' })), 'role_unknown');
  assert.equal(refusedAs(await store.addToken({ ...named('x'), user: 'Eve' })), 'name_unknown');
  assert.equal(refusedAs(await store.addToken({ ...named('x', OTHER_TENANT), user: 'Bob' })), 'name_unknown');
  for (const scopes of [[], Array.from({ length: LIMITS.token_scopes_max + 1 }, () => '*')]) assert.equal(refusedAs(await store.addToken({ ...named('x'), roles: ['viewer'], scopes })), 'scope_unknown');
});

test('a token ends after 90 days unless something else is said', async () => {
  const [usual, ever] = [done(await store.addToken({ ...named('usual'), roles: ['viewer'] })), done(await store.addToken({ ...named('ever'), roles: ['viewer'], lifetimeMs: null }))];
  now += LIMITS.token_ms_default - 1;
  assert.ok(readerOf(usual) !== null);
  now += 1;
  assert.deepEqual([readerOf(usual), readerOf(ever)?.name], [null, 'ever']);
});

test('one person has a bounded number of valid tokens', async () => {
  for (let at = 0; at < LIMITS.account_tokens_max; at++) done(await store.addToken({ ...named(`${at}`), user: 'Bob', lifetimeMs: 60_000 }));
  assert.equal(refusedAs(await store.addToken({ ...named('one more'), user: 'Bob' })), 'control_limit');
  done(await store.addToken({ ...named('of Ada'), user: 'Ada' }));
  now += 60_000;
  done(await store.addToken({ ...named('one more'), user: 'Bob' }));
});

test('revokeToken() within the tokens of one person ends no other', async () => {
  const [ofBob, shared] = [done(await store.addToken({ ...named('of Bob'), user: 'Bob' })), done(await store.addToken({ ...named('shared'), roles: ['viewer'] }))];
  const [ada, bob] = [store.findAccount('Ada')?.id, store.findAccount('Bob')?.id];
  assert.equal(refusedAs(await store.revokeToken(named('of Bob'), undefined, ada)), 'name_unknown');
  assert.equal(refusedAs(await store.revokeToken(named(shared.token.id), undefined, bob)), 'name_unknown');
  done(await store.revokeToken(named('of Bob'), undefined, bob));
  assert.deepEqual([readerOf(ofBob), readerOf(shared)?.name], [null, 'shared']);
});

test('touchToken() says when a token was used, and brings none back', async () => {
  const { token } = done(await store.addToken({ ...named('x'), roles: ['viewer'] }));
  await store.touchToken(token.id);
  assert.equal((await store.listTokens())[0]?.used, now);
  done(await store.revokeToken(named('x')));
  now += 1_000;
  await store.touchToken(token.id);
  await store.touchToken('t_0000000000000000');
  assert.deepEqual((await store.listTokens()).map(({ used, revoked }) => [used, revoked]), [[now - 1_000, now - 1_000]]);
});

test('groups are taken in order, and no name that could end a string, hide or pose as another', async () => {
  done(await store.changeAccount(named('Bob'), { groups: ['b', 'a', 'b', 'team/x: y+z@example.org'] }));
  assert.deepEqual(store.findAccount('Bob')?.groups, ['a', 'b', 'team/x: y+z@example.org']);
  for (const group of ['', ' a', 'a ', 'a"b', 'a\\b', "a'b", 'a\nb', 'a\u202eb', 'аdmins', 'a::b{}', '<b>', 'a;b', '-a', 'x'.repeat(65)]) assert.equal(refusedAs(await store.changeAccount(named('Bob'), { groups: ['ok', group] })), 'group_invalid', JSON.stringify(group));
  assert.equal(refusedAs(await store.changeAccount(named('Bob'), { groups: Array.from({ length: LIMITS.account_groups_max + 1 }, (_, at) => `g${at}`) })), 'group_invalid');
  assert.equal(refusedAs(await store.addAccount({ ...named('Eve'), roles: ['viewer'], groups: ['a"'], password: '$x' })), 'group_invalid');
  assert.equal(refusedAs(await store.changeAccount(named('Bob'), { roles: [] })), 'role_unknown');
  assert.deepEqual(store.findAccount('Bob')?.groups.length, 3);
});

test('the last administrator of a tenant keeps that role, whatever other roles there are', async () => {
  assert.equal(refusedAs(await store.changeAccount(named('Ada'), { roles: ['operator', 'auditor'] })), 'last_admin');
  done(await store.changeAccount(named('Ada'), { roles: ['operator', 'admin'] }));
  done(await store.changeAccount(named('Bob'), { roles: ['viewer', 'admin'] }));
  done(await store.changeAccount(named('Ada'), { roles: ['operator'] }));
  assert.equal(refusedAs(await store.removeAccount(named('Bob'))), 'last_admin');
});
