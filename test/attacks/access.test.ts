/** Attacks on decisions about access: policies that fail, names that look like policies, other tenants, texts that are too much, what is remembered after it ended. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ACTIONS, createAccess, type Access } from '#access';
import { DEFAULT_TENANT, tenantId, type Reader, type Role, type TenantId } from '#model';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, tracekeep, until, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { ask, exportOf, sendWell, spanOf } from '#harness/exchange';

const OTHER = tenantId('other') as TenantId;
const here = { tenant: DEFAULT_TENANT };
const somebody = (more: Partial<Reader> = {}): Reader => ({ id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: ['viewer'], groups: [], scopes: null, ...more });
const under = (text: string): Access => createAccess({ own: { version: () => 1, text: () => text } });

test('nobody gets past a forbid by making it fail', () => {
  for (const [failing, condition] of [
    ['overflow', '9223372036854775807 + 1 > 0'],
    ['an attribute that is not there', 'resource.owner == "ana"'],
    ['a type that does not fit', 'principal.name + 1 == 2'],
    ['an entity that nobody described', 'Service::"payments".owner == "ana"'],
    ['a decimal that is none', 'decimal("x") == decimal("1.0")'],
  ] as const) {
    const access = under(`@id("f") forbid (principal, action == Action::"trace.read", resource) when { ${condition} };`);
    assert.notEqual(access.decide(somebody(), 'trace.read', { ...here, service: 'payments', environment: '' }), true, failing);
    assert.deepEqual(access.explain(somebody(), 'trace.read', { ...here, service: 'payments', environment: '' }).policies.map(({ id }) => id), ['own/f'], failing);
    // Evaluated or not, it is about nothing else.
    assert.equal(access.decide(somebody(), 'finding.read', here), true, failing);
  }
});

test('names of roles, groups, people and services never become part of a policy', () => {
  const access = under('permit (principal in Group::"ops", action == Action::"metrics.read", resource); forbid (principal, action == Action::"trace.read", resource in Service::"payments");');
  const names = ['ops"', '"ops', 'ops"]', 'ops\\', 'ops\n', 'ops"); permit (principal, action, resource); //', 'x", "ops', 'ops\u0000', 'о​ps', 'оps', 'OPS', ' ops', '{"__entity":{"type":"Group","id":"ops"}}', '__proto__', 'Group::"ops"', 'a'.repeat(100_000)];
  for (const name of names) {
    assert.notEqual(access.decide(somebody({ groups: [name], roles: [] }), 'metrics.read', here), true, `group ${JSON.stringify(name.slice(0, 40))}`);
    assert.notEqual(access.decide(somebody({ roles: [name as Role] }), 'metrics.read', here), true, `role ${JSON.stringify(name.slice(0, 40))}`);
    assert.notEqual(access.decide(somebody({ name, roles: [] }), 'metrics.read', here), true, `person ${JSON.stringify(name.slice(0, 40))}`);
    assert.equal(access.decide(somebody(), 'trace.read', { ...here, service: name, environment: name }), true, `service ${JSON.stringify(name.slice(0, 40))}`);
    assert.notEqual(access.decide(somebody(), 'trace.read', { ...here, service: 'payments', environment: name }), true, `environment ${JSON.stringify(name.slice(0, 40))}`);
  }
  assert.equal(access.decide(somebody({ groups: ['ops'] }), 'metrics.read', here), true);
});

test('a policy of one tenant opens nothing of another, whatever it names', () => {
  const text = 'permit (principal, action, resource); permit (principal, action, resource in Tenant::"other"); permit (principal, action, resource) when { resource.tenant == Tenant::"other" };';
  const access = createAccess({ own: { version: (tenant) => (tenant === DEFAULT_TENANT ? 1 : 0), text: () => text } });
  for (const action of ACTIONS) assert.notEqual(access.decide(somebody({ roles: ['admin'] }), action, { tenant: OTHER }), true, action);
  assert.notEqual(access.decide(somebody({ tenant: OTHER, roles: [] }), 'trace.read', { tenant: OTHER }), true, 'and is not in force there');
});

test('no policy of a tenant makes an administrator of somebody, opens sealed values to administrators, or restricted attributes to others', () => {
  const access = createAccess({ own: { version: () => 1, text: () => 'permit (principal, action, resource);' }, fields: () => ({ keys: ['enduser.id'], of: (key) => ({ restricted: true, roles: key === 'enduser.id' ? ['privacy-officer'] : null }), digest: 'x' }) });
  for (const action of ['access.write', 'account.change', 'token.change', 'tenant.change'] as const) assert.notEqual(access.decide(somebody({ roles: ['investigator', 'operator'] }), action, here), true, action);
  assert.notEqual(access.decide(somebody({ roles: ['admin', 'investigator'] }), 'field.reveal', { ...here, field: 'k' }), true);
  assert.notEqual(access.decide(somebody({ roles: ['admin', 'viewer'] }), 'field.read', { ...here, field: 'enduser.id' }), true);
});

let server: TestServer;
const folder = temporaryFolder();
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

before(async () => {
  server = await startServer();
});

test('a text that is huge or deep stops neither the server nor its decisions', async () => {
  const admin = await createToken(server.data, 'admin');
  const check = async (text: string): Promise<number> => {
    const answer = await fetch(`${server.console}/api/v1/access/check`, { method: 'POST', headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }, body: JSON.stringify({ text }) });
    await answer.text();
    return answer.status;
  };
  const when = (condition: string): string => `permit (principal, action, resource) when { ${condition} };`;
  for (const text of [when(`${'('.repeat(100_000)}true${')'.repeat(100_000)}`), when(Array(20_000).fill('true').join('||')), when(`${'['.repeat(50_000)}`), when(`principal${'.a'.repeat(50_000)}`), '"'.repeat(200_000), '//'.repeat(100_000), ';'.repeat(200_000), '\u0000'.repeat(1_000)]) assert.equal(await check(text), 200, text.slice(0, 60));
  assert.ok([400, 413].includes(await check('x'.repeat(300_000))));
  assert.equal((await ask(server, admin, '/api/v1/services')).status, 200);
});

test('what was allowed is denied once the policies say so, on a running server and in what it remembered', async () => {
  const viewer = await createToken(server.data, 'viewer');
  await sendWell(server, await addProducer(server.data, 'shop'), exportOf([spanOf({})], 'shop'));
  const status = async (): Promise<number> => (await ask(server, viewer, '/api/v1/services')).status;
  for (let at = 0; at < 3; at++) assert.equal(await status(), 200);
  const closed = file('closed.cedar', 'forbid (principal in Role::"viewer", action in Action::"telemetry", resource);');
  assert.equal((await tracekeep(['access', 'apply', closed, '--data', server.data])).code, 0);
  await until(async () => (await status()) === 403, 'the policy is in force');
  const explained = await tracekeep(['access', 'explain', '--role', 'viewer', '--action', 'service.list', '--resource', 'tenant:default', '--json', '--data', server.data]);
  assert.deepEqual([explained.code, (JSON.parse(explained.stdout) as { policies: string[] }).policies], [0, ['own/1']]);
  const lockout = await verbHere(['access', 'apply', file('lockout.cedar', 'forbid (principal, action == Action::"access.write", resource);'), '--data', server.data]);
  assert.deepEqual([lockout.code, /access_lockout/.test(lockout.stderr)], [1, true]);
  assert.equal(lastLine(await tracekeep(['access', 'revert', '0', '--data', server.data])), 'version 2 of the access policies of default is in force: no own policies');
  await until(async () => (await status()) === 200, 'there are none any more');
});
