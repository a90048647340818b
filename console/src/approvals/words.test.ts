import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedFor, stateWords } from './words.ts';

test('a request says what it asks for', () => {
  assert.equal(askedFor({ kind: 'reveal', fields: ['user.email', 'status.message'] }), 'open user.email, status.message of a trace');
  assert.equal(askedFor({ kind: 'forget', fields: [] }), 'forget a person');
});

test('what became of it names who decided, and tells what nobody decided from what nobody used', () => {
  const decidedBy = { id: 'a', name: 'Grace' };
  assert.equal(stateWords({ state: 'used', decidedBy, mine: true }), 'approved by Grace and used');
  assert.equal(stateWords({ state: 'expired', decidedBy: null, mine: true }), 'over: nobody decided in time');
  assert.equal(stateWords({ state: 'expired', decidedBy, mine: true }), 'approved by Grace, and not used in time');
});
