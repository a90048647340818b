import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyChange } from '#api/policy.ts';
import { byService, differenceOf, sumsOf } from './changes.ts';

const change = (told: Partial<PolicyChange>): PolicyChange => ({ service: 'shop', place: 'span', key: 'note', kind: 'email', action: 'replace', rule: 'a', count: 1, today: { action: 'replace', rule: 'a' }, differs: true, ...told });

test('what is removed less is told from what is removed more, by the strength of actions', () => {
  assert.equal(differenceOf(change({ action: 'keep' })), 'less');
  assert.equal(differenceOf(change({ action: 'mask' })), 'less');
  assert.equal(differenceOf(change({ action: 'drop' })), 'more');
  assert.equal(differenceOf(change({ today: null })), 'more');
  assert.equal(differenceOf(change({ rule: 'b' })), 'other');
  assert.equal(differenceOf(change({ differs: false })), 'same');
  assert.equal(differenceOf(change({ action: 'keep', today: null, differs: false })), 'same');
});

test('services with differences come first, and within one what is removed less', () => {
  const changes = [change({ service: 'a', differs: false }), change({ key: 'x', count: 90, differs: false }), change({ key: 'y', action: 'drop', count: 5 }), change({ key: 'z', action: 'keep', count: 2 }), change({ service: 'b', action: 'drop-span', count: 3 })];
  assert.deepEqual(byService(changes).map(({ service, changes: told }) => [service, told.map(({ key }) => key).join('')]), [['shop', 'zyx'], ['b', 'note'], ['a', 'note']]);
  assert.deepEqual(sumsOf(changes), { less: 2, more: 8, other: 0, same: 91, spansRefused: 3 });
});
