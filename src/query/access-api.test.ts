import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAccess } from '#access';
import type { NewFinding } from '#findings';
import { AccessPolicies, ownPolicies, ThreadTextReader } from '#access/policies';
import { createAuthenticator } from '#authenticate';
import { ControlStore } from '#control';
import { DEFAULT_TENANT, Secret, tenantId, type Reader, type Role, type TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import type { QueryStore } from './query-store.ts';
import { createQueries } from './query.ts';

const OTHER = tenantId('other') as TenantId;
const PAYMENTS = '// For its team.\n@id("payments")\nforbid (principal, action in Action::"telemetry", resource in Service::"payments") unless { principal in Group::"payments" };\n';
const readers = new Map<string, Reader>();
const authenticator = createAuthenticator({
  findCredential: (credential) => {
    const reader = readers.get(credential);
    return reader === undefined ? refuse('credential_unknown') : { kind: 'token', reader };
  },
});
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-access-api-'));
const texts = new ThreadTextReader();
const found: NewFinding[] = [];
let now = Date.now();
let control: ControlStore;
let running: RunningConsole;

before(async () => {
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  for (const [name, roles, tenant] of [['ana', ['viewer'], DEFAULT_TENANT], ['root', ['admin'], DEFAULT_TENANT], ['eve', ['auditor'], DEFAULT_TENANT], ['otto', ['operator'], DEFAULT_TENANT], ['stranger', ['admin'], OTHER]] as const satisfies readonly (readonly [string, readonly Role[], TenantId])[]) {
    const account = await control.addAccount({ tenant, name, roles, password: 'hash' });
    assert.ok(!isRefusal(account));
    readers.set(name, { id: account.id, name, tenant, kind: 'person', roles, groups: [], scopes: null });
  }
  const access = createAccess({ own: ownPolicies(control), unusable: () => assert.fail() });
  running = await startConsole({ address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store: {} as QueryStore, producers: async () => [], access }), authenticator, access, accessPolicies: new AccessPolicies(control, texts), glass: { control, minimized: (_, text) => (text.includes('unsure') ? null : text.replace('ada@example.org', '[email]')), report: (finding) => found.push(finding) }, metricsText: async () => '', ready: async () => null, onFailure: (_id, sentence) => assert.fail(sentence) });
});
after(async () => {
  await running.stop();
  await texts.stop();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Answer {
  readonly [member: string]: unknown;
  readonly error?: { readonly code: string };
  readonly problems?: readonly { readonly line: number; readonly column: number }[];
  readonly policies?: number | readonly { readonly id: string; readonly text: string }[];
}

async function ask(who: string, path: string, body?: object): Promise<Answer & { readonly status: number }> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}/api/v1/access${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${who}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { ...((await answer.json()) as Answer), status: answer.status };
}

test('auditors read the policies, administrators alone change them, others do neither', async () => {
  assert.equal((await ask('ana', '')).error?.code, 'action_forbidden');
  const shown = await ask('eve', '');
  assert.deepEqual([shown['version'], shown['text'], (shown['roles'] as { name: string }[]).map(({ name }) => name).includes('auditor')], [0, '', true]);
  assert.equal((await ask('eve', '/apply', { text: PAYMENTS, base: 0 })).error?.code, 'action_forbidden');
});

test('a text is checked in place, and what is wrong keeps it from being applied', async () => {
  const { problems } = await ask('root', '/check', { text: '\npermit (principal, action == Action::"no", resource);' });
  assert.deepEqual(problems?.map(({ line, column }) => [line, column]), [[2, 30]]);
  const refused = await ask('root', '/apply', { text: 'permit', base: 0 });
  assert.deepEqual([refused.status, refused.error?.code, refused.problems?.length], [422, 'access_invalid', 1]);
});

test('what is tried is not in force, what is applied is at once, and each version is kept', async () => {
  const question = { user: 'ana', action: 'trace.read', resource: 'service:payments@production' };
  assert.equal((await ask('eve', '/explain', { ...question, text: PAYMENTS }))['allowed'], false);
  assert.equal((await ask('eve', '/explain', question))['allowed'], true);
  assert.deepEqual((await ask('root', '/apply', { text: PAYMENTS, base: 0, note: 'why' }))['version'], 1);
  assert.equal((await ask('root', '/apply', { text: '', base: 0 })).error?.code, 'access_changed');
  const denied = await ask('eve', '/explain', question);
  assert.deepEqual([denied['allowed'], (denied.policies as readonly { id: string }[]).map(({ id }) => id), denied['roles']], [false, ['own/payments'], []]);
  assert.equal((await ask('eve', '/explain', { groups: ['payments'], roles: ['viewer'], action: 'trace.read', resource: 'Service::"payments"' }))['allowed'], true);
  assert.deepEqual((await ask('eve', '/explain', { ...question, resource: 'service:web' })).policies, [{ id: 'viewer', text: ((await ask('eve', ''))['roles'] as { name: string; text: string }[]).find(({ name }) => name === 'viewer')?.text.trim() }]);
  assert.equal((await ask('root', '/revert', { version: 0 }))['version'], 2);
  assert.equal((await ask('eve', '/explain', question))['allowed'], true);
  assert.deepEqual([(await ask('eve', '/versions/1'))['text'], (await ask('eve', '/versions/1'))['by'], (await ask('eve', '/versions'))['versions']].map((said) => (Array.isArray(said) ? said.length : said)), [PAYMENTS, 'root', 2]);
});

test('of another tenant nothing is shown, asked or changed', async () => {
  assert.equal((await ask('stranger', '/versions/1')).error?.code, 'not_found');
  assert.equal((await ask('stranger', ''))['version'], 0);
  assert.equal((await ask('stranger', '/explain', { user: 'ana', action: 'trace.read', resource: 'service:x' })).error?.code, 'name_unknown');
  assert.equal((await ask('stranger', '/explain', { roles: ['admin'], action: 'trace.read', resource: `tenant:${DEFAULT_TENANT}` }))['allowed'], false);
});

test('an apply after which nobody could apply is refused, and the log is told of those that count', async () => {
  assert.equal((await ask('root', '/apply', { text: 'forbid (principal in Role::"admin", action, resource);', base: 2 })).error?.code, 'access_lockout');
  assert.equal((await ask('root', '/apply', { text: 'forbid (principal == Person::"root", action == Action::"access.write", resource);', base: 2 })).error?.code, 'access_lockout');
  const told = control.readOutbox().filter(({ type }) => type === 'access-policy').map(({ statement, closed }) => [(statement as Record<string, unknown>)['version'], closed['text']]);
  assert.deepEqual(told, [[1, PAYMENTS], [2, '']]);
});

test('the glass is broken by those whom a policy lets, for a role and minutes, loudly, and it mends by itself', async () => {
  const state = async (who: string): Promise<{ readonly glass: readonly { readonly id: string; readonly name: string; readonly mayEnd: boolean }[]; readonly mayTake: readonly string[] }> => (await ask(who, '/break-glass')) as never;
  const reason = 'checkout is down, nobody else is awake';
  assert.deepEqual([(await state('otto')).mayTake, (await state('ana')).mayTake, (await state('root')).mayTake.includes('investigator')], [['viewer'], [], true]);
  assert.equal((await ask('ana', '/break-glass', { role: 'viewer', reason })).error?.code, 'action_forbidden');
  for (const role of ['investigator', 'admin']) assert.equal((await ask('otto', '/break-glass', { role, reason })).error?.code, 'action_forbidden', role);
  assert.equal((await ask('otto', '/break-glass', { role: 'viewer', reason: ' too few    ' })).error?.code, 'glass_reason');
  assert.equal((await ask('otto', '/break-glass', { role: 'viewer', reason, minutes: 61 })).error?.code, 'query_invalid');
  const before = control.readOutbox().length;
  const broken = await ask('otto', '/break-glass', { role: 'viewer', reason, minutes: 10 });
  assert.deepEqual([broken['name'], broken['role'], Number(broken['until']) - now], ['otto', 'viewer', 600_000]);
  assert.equal((await ask('otto', '/break-glass', { role: 'viewer', reason })).error?.code, 'glass_unneeded');
  // Loud: in the log with the reason, as a finding without it, and to everybody of the tenant.
  const [told] = control.readOutbox().slice(before);
  assert.deepEqual([told?.type, (told?.statement as { role: string }).role, told?.closed['reason']], ['person', 'viewer', reason]);
  assert.deepEqual([found.length, found[0]?.severity_id, found[0]?.message.includes(reason)], [1, 4, false]);
  assert.deepEqual([(await state('ana')).glass.map(({ name, mayEnd }) => [name, mayEnd]), (await state('stranger')).glass], [[['otto', false]], []]);
  // As a session makes a reader of the person.
  const otto = readers.get('otto') ?? assert.fail();
  assert.deepEqual(control.rolesByGlass(otto.id), ['viewer']);
  assert.equal((await ask('eve', '/explain', { user: 'otto', action: 'trace.read', resource: 'service:web' }))['allowed'], true);
  for (const who of ['ana', 'stranger']) assert.notEqual((await ask(who, `/break-glass/${String(broken['id'])}/end`, {})).status, 200, who);
  now += 600_000;
  assert.deepEqual([control.rolesByGlass(otto.id), (await state('ana')).glass], [[], []]);
  assert.equal((await ask('otto', '/break-glass', { role: 'viewer', reason: 'unsure what would be left of it' })).error?.code, 'record_unavailable');
  const again = await ask('otto', '/break-glass', { role: 'viewer', reason: 'ada@example.org cannot pay' });
  assert.equal(again['reason'], '[email] cannot pay');
  assert.equal(control.readOutbox().at(-1)?.closed['reason'], '[email] cannot pay', 'as it is in the log');
  assert.equal((await ask('root', `/break-glass/${String(again['id'])}/end`, {}))['ended'], again['id']);
  assert.deepEqual(control.rolesByGlass(otto.id), []);
});

test('an administrator who breaks the glass for it opens no sealed value, and no token breaks any', async () => {
  const root = readers.get('root') ?? assert.fail();
  const taken = await ask('root', '/break-glass', { role: 'investigator', reason: 'who opened what, and why' });
  assert.equal(taken.status, 200);
  assert.notEqual(createAccess({ own: ownPolicies(control) }).decide({ ...root, roles: [...root.roles, ...control.rolesByGlass(root.id)] }, 'field.reveal', { tenant: root.tenant, field: 'enduser.id' }), true);
  readers.set('ci', { ...root, id: 't_0000000000000001', name: 'ci', kind: 'token' });
  assert.equal((await ask('ci', '/break-glass', { role: 'investigator', reason: 'who opened what, and why' })).error?.code, 'action_forbidden');
});
