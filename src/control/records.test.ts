import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asAccount, asToken } from './records.ts';

test('tokens and accounts of earlier versions have the one role that they had, and nothing of what came later', () => {
  assert.deepEqual(asToken({ id: 't_0000000000000001', name: 'grafana', role: 'viewer' }), { id: 't_0000000000000001', name: 'grafana', roles: ['viewer'], user: null, scopes: null, used: null });
  assert.deepEqual(asAccount({ id: 'a_0000000000000001', name: 'Ada', role: 'admin' }), { id: 'a_0000000000000001', name: 'Ada', roles: ['admin'], groups: [], signedIn: null, secondFactor: null });
  const account = { id: 'a_0000000000000001', name: 'Ada', roles: ['viewer', 'auditor'], groups: ['payments'], signedIn: 1, secondFactor: null };
  assert.deepEqual(asAccount(account), account);
});
