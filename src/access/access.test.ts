import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_TENANT, tenantId } from '#model';
import type { Role, TenantId } from '#model';
import { isRefusal } from '#refusal';

import { actionsOf, decide, RECORDED } from './access.ts';
import type { Action } from './access.ts';

const READ: readonly Action[] = ['trace.read', 'trace.search', 'service.list', 'operation.list', 'accounting.read', 'openapi.read', 'session.read', 'session.end', 'password.change', 'finding.read', 'log.read', 'entry.list'];
const ADMINISTER: readonly Action[] = ['metrics.read', 'producer.list', 'producer.change', 'token.list', 'token.change', 'account.list', 'account.change', 'tenant.list', 'tenant.change', 'finding.change', 'entry.read'];
const here = { tenant: DEFAULT_TENANT };
const elsewhere = { tenant: tenantId('other') as TenantId };

const may = (role: Role, action: Action, resource = here): boolean => !isRefusal(decide({ role, tenant: DEFAULT_TENANT }, action, resource));

test('decide() lets a viewer read and nothing else', () => {
  for (const action of READ) assert.ok(may('viewer', action), action);
  for (const action of ADMINISTER) assert.ok(!may('viewer', action), action);
});

test('decide() lets an administrator do everything in their tenant', () => {
  for (const action of [...READ, ...ADMINISTER]) assert.ok(may('admin', action), action);
});

test('decide() keeps everybody out of other tenants', () => {
  for (const role of ['viewer', 'admin'] as const) for (const action of [...READ, ...ADMINISTER]) assert.ok(!may(role, action, elsewhere), `${role} ${action}`);
});

test('actionsOf() names exactly what decide() allows', () => {
  for (const role of ['viewer', 'admin'] as const) assert.deepEqual([...READ, ...ADMINISTER].filter((action) => actionsOf(role).includes(action)), [...READ, ...ADMINISTER].filter((action) => may(role, action)));
  assert.ok(actionsOf('admin').length > actionsOf('viewer').length);
  assert.deepEqual(actionsOf('owner' as Role), []);
});

test('decide() forbids what is not in the table', () => {
  for (const action of ['', 'toString', 'constructor', 'trace.delete']) assert.ok(!may('admin', action as Action), action);
  assert.ok(!may('owner' as Role, 'trace.read'));
});

test('what shows telemetry is recorded', () => {
  for (const action of ['trace.read', 'trace.search', 'attribute.list', 'finding.read', 'entry.read'] as const) assert.ok(RECORDED[action], action);
  // A page that lists the newest entries whenever the log grows must not make it grow.
  for (const action of ['log.read', 'entry.list'] as const) assert.ok(!RECORDED[action], action);
});
