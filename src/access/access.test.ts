import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_TENANT, ROLES, tenantId } from '#model';
import type { Reader, Role, TenantId } from '#model';
import { isRefusal } from '#refusal';

import { ACTIONS, createAccess, RECORDED, type Action } from './access.ts';

const READ: readonly Action[] = ['trace.read', 'trace.search', 'service.list', 'operation.list', 'accounting.read', 'openapi.read', 'session.read', 'session.end', 'password.change', 'finding.read', 'log.read', 'entry.list'];
const ADMINISTER: readonly Action[] = ['metrics.read', 'producer.list', 'producer.change', 'token.list', 'token.change', 'account.list', 'account.change', 'tenant.list', 'tenant.change', 'finding.change', 'entry.read'];
const here = { tenant: DEFAULT_TENANT };
const elsewhere = { tenant: tenantId('other') as TenantId };

const access = createAccess();
const readerAs = (roles: readonly Role[], more: Partial<Reader> = {}): Reader => ({ id: 't_0000000000000001', name: 'test', tenant: DEFAULT_TENANT, kind: 'token', roles, groups: [], scopes: null, ...more });
const may = (role: Role, action: Action, resource = here): boolean => !isRefusal(access.decide(readerAs([role]), action, resource));

test('decide() lets a viewer read and nothing else', () => {
  for (const action of READ) assert.ok(may('viewer', action), action);
  for (const action of ADMINISTER) assert.ok(!may('viewer', action), action);
});

test('decide() lets an administrator do everything in their tenant', () => {
  for (const action of [...READ, ...ADMINISTER]) assert.ok(may('admin', action), action);
});

test('an auditor, an operator and a key custodian see no span', () => {
  for (const role of ['auditor', 'operator', 'key-custodian'] as const) for (const action of ['trace.read', 'trace.search', 'attribute.list'] as const) assert.ok(!may(role, action), `${role} ${action}`);
});

test('several roles may do what each of them may', () => {
  assert.equal(access.decide(readerAs(['auditor', 'viewer']), 'trace.read', here), true);
  assert.equal(access.decide(readerAs(['viewer', 'auditor']), 'entry.read', here), true);
  assert.ok(isRefusal(access.decide(readerAs([]), 'session.read', here)));
});

test('decide() keeps everybody out of other tenants', () => {
  for (const role of ROLES) for (const action of ACTIONS) assert.ok(!may(role, action, elsewhere), `${role} ${action}`);
});

test('a token does nothing beyond its scopes, and nothing that its roles may not', () => {
  const limited = readerAs(['viewer'], { scopes: ['trace.*', 'token.change'] });
  for (const [action, allowed] of [['trace.read', true], ['trace.search', true], ['service.list', false], ['token.change', false]] as const) assert.equal(access.decide(limited, action, here) === true, allowed, action);
  assert.ok(isRefusal(access.decide(readerAs(['admin'], { scopes: [] }), 'trace.read', here)));
});

test('actionsOf() names exactly what decide() allows', () => {
  for (const role of ROLES) assert.deepEqual(access.actionsOf(readerAs([role])), ACTIONS.filter((action) => may(role, action)));
  assert.deepEqual(access.actionsOf(readerAs(['owner' as Role])), []);
});

test('decide() forbids what is not known', () => {
  for (const action of ['', 'toString', 'constructor', 'trace.delete']) assert.ok(!may('admin', action as Action), action);
  for (const role of ['owner', 'constructor', '__proto__']) assert.ok(!may(role as Role, 'trace.read'), role);
});

test('what shows telemetry is recorded', () => {
  for (const action of ['trace.read', 'trace.search', 'attribute.list', 'finding.read', 'entry.read'] as const) assert.ok(RECORDED[action], action);
  // A page that lists the newest entries whenever the log grows must not make it grow.
  for (const action of ['log.read', 'entry.list'] as const) assert.ok(!RECORDED[action], action);
});
