import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyDocument, Rule } from './document.ts';
import { explain } from './explain.ts';
import type { Where } from './rule-set.ts';

const WHERE: Where = { tenant: 'default', service: 'shop', environment: '', spanKind: 'server', place: 'span' };
const policy = (rules: readonly Rule[], attributes: 'keep' | 'drop' = 'keep'): PolicyDocument => ({ version: 2, attributes, rules });

function told(document: PolicyDocument, ...[where, key, kind, type]: [Where, string, 'email' | 'card' | null, 'string' | 'map']): unknown {
  const { by, rule, action, others, wholeRule } = explain(document, where, key, kind, type);
  return [by, rule?.id ?? null, action, others.map(({ id }) => id), wholeRule?.id ?? null];
}

test('the rule that decides is named, and those that would have in their order', () => {
  const rules: Rule[] = [
    { id: 'elsewhere', for: { services: ['bank'] }, recognized: 'any', action: 'drop' }, { id: 'mails', recognized: ['email'], action: { mask: { last: 4 } } }, { id: 'all', recognized: 'any', action: 'replace' },
    { id: 'short', keys: ['note'], action: { truncate: 10 } }, { id: 'gone', keys: ['user.*', 'note'], action: 'drop' },
  ];
  assert.deepEqual(told(policy(rules), WHERE, 'title', 'email', 'string'), ['part', 'mails', { mask: { last: 4 } }, ['all'], null]);
  assert.deepEqual(told(policy(rules), WHERE, 'title', 'card', 'string'), ['part', 'all', 'replace', [], null]);
  // The whole value goes, whatever is in it; or its parts are judged, and what is left is acted upon.
  assert.deepEqual(told(policy(rules), WHERE, 'user.id', 'email', 'string'), ['whole', 'gone', 'drop', [], null]);
  assert.deepEqual(told(policy(rules), WHERE, 'note', 'email', 'string'), ['part', 'mails', { mask: { last: 4 } }, ['all'], 'short']);
  assert.deepEqual(told(policy(rules), WHERE, 'note', null, 'string'), ['whole', 'short', { truncate: 10 }, ['gone'], null]);
});

test('where no rule decides, that is said with what happens', () => {
  assert.deepEqual(told(policy([]), WHERE, 'a', 'email', 'string'), ['part', null, 'replace', [], null]);
  assert.deepEqual(told(policy([]), WHERE, 'a', null, 'string'), ['whole', null, 'keep', [], null]);
  assert.deepEqual(told(policy([], 'drop'), WHERE, 'a', 'email', 'string'), ['whole', null, 'drop', [], null]);
  assert.deepEqual(told(policy([], 'drop'), { ...WHERE, spanKind: null, place: 'resource' }, 'service.name', null, 'string'), ['whole', null, 'keep', [], null]);
  const names: Rule = { id: 'names', keys: ['*.name'], action: 'drop' };
  assert.deepEqual(told(policy([names]), { ...WHERE, spanKind: null, place: 'resource' }, 'service.name', null, 'string'), ['whole', null, 'keep', [], null]);
  assert.deepEqual(told(policy([names]), { ...WHERE, spanKind: null, place: 'resource' }, 'service.name', 'email', 'string'), ['part', null, 'replace', [], null]);
  assert.deepEqual(told(policy([names]), WHERE, 'service.name', null, 'string'), ['whole', 'names', 'drop', [], null]);
  assert.deepEqual(told(policy([], 'drop'), { ...WHERE, place: 'span-name' }, '', 'email', 'string'), ['part', null, 'replace', [], null]);
});
