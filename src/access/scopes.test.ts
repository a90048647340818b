import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';

import { ACTIONS } from './actions.ts';
import { actionsIn, isWithin, readScopes } from './scopes.ts';

test('readScopes() takes actions and globs of them, and says which actions there are where one names none', () => {
  assert.deepEqual(readScopes(['trace.*', 'trace.read', 'trace.*']), ['trace.*', 'trace.read']);
  for (const wrong of ['trace.write', 'trace', 'TRACE.*', '', 'trace.read ', 'trace.*"', 'x'.repeat(100_000)]) {
    const refused = readScopes(['trace.read', wrong]);
    assert.ok(isRefusal(refused), wrong.slice(0, 20));
    assert.equal(refused.refused, 'scope_unknown');
    assert.ok(refused.detail?.startsWith('scope 2; actions are ') && ACTIONS.every((action) => refused.detail?.includes(action)));
  }
  for (const none of [[], Array.from({ length: LIMITS.token_scopes_max + 1 }, (_, at) => `${'*'.repeat(at + 1)}`)]) assert.ok(isRefusal(readScopes(none)));
});

test('actionsIn() names what scopes name, and everything without scopes', () => {
  assert.deepEqual(actionsIn(['trace.*', 'policy.read']), ['trace.read', 'trace.search', 'policy.read', 'trace.outline']);
  assert.deepEqual(actionsIn(null), ACTIONS);
  assert.deepEqual(actionsIn([]), []);
});

test('isWithin() lets nothing be limited less than what it is made with', () => {
  const inside: readonly (readonly [readonly string[] | null, readonly string[] | null])[] = [[null, null], [['*'], null], [['trace.read'], ['trace.*']], [['trace.*'], ['trace.*']], [['trace.*'], ['*']], [['trace.read', 'policy.read'], ['policy.*', 'trace.r*']]];
  const beyond: readonly (readonly [readonly string[] | null, readonly string[]])[] = [[null, ['*']], [['*'], ['trace.*']], [['trace.*'], ['trace.read']], [['trace.*'], ['trace.read', 'trace.search']], [['trace.read', 'policy.write'], ['trace.*', 'policy.read']], [['*.read'], ['trace.*']]];
  for (const [inner, outer] of inside) assert.equal(isWithin(inner, outer), true, JSON.stringify([inner, outer]));
  for (const [inner, outer] of beyond) assert.equal(isWithin(inner, outer), false, JSON.stringify([inner, outer]));
});
