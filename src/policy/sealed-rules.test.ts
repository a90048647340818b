import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action, PolicyDocument, Rule } from './document.ts';
import { sealedRules } from './sealed-rules.ts';

const policyOf = (...rules: (Omit<Rule, 'id' | 'action'> & { readonly action?: Action })[]): PolicyDocument => ({ version: 2, rules: rules.map((rule, at) => ({ id: `r${at}`, action: 'seal', ...rule })) });

test('sealedRules() says which keys are sealed for a tenant, by which rule and how', () => {
  const policy = policyOf(
    { keys: ['user.id'], action: { seal: { subject: true, searchable: true } } },
    { keys: ['user.name'], action: 'replace' },
    { groups: ['exception'], for: { tenants: ['shop*'] } },
    { for: { places: ['span', 'status-message'], services: ['pay'] } },
    { for: { places: ['status-message'] } },
    { keys: ['note'], for: { tenants: ['bank'] } },
  );
  assert.deepEqual(sealedRules(policy, 'shop'), [
    { key: 'user.id', rule: 'r0', subject: true, searchable: true },
    { key: 'exception.*', rule: 'r2' },
    { key: 'error.*', rule: 'r2' },
    { key: '*', rule: 'r3' },
    { key: 'status.message', rule: 'r3' },
    { key: 'status.message', rule: 'r4' },
  ]);
  assert.deepEqual(sealedRules(policy, 'bank').map(({ rule }) => rule), ['r0', 'r3', 'r3', 'r4', 'r5']);
});
