/** Rules that restrict: what can be written, that they decide about nothing, whom they leave, and what makes them weaker. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy } from './policy.ts';
import { explain } from './explain.ts';
import { readPolicy } from './read.ts';
import { readRestriction, rolesFor } from './restriction.ts';
import { weakenings } from './weakening.ts';

const RULE = '{ id: people, keys: [user.*], action: restrict, roles: [investigator, auditor] }';
const text = (...rules: readonly string[]): string => `version: 2\nrules: [${rules.join(', ')}]\nrestricted: [b]\n`;
const read = (...rules: readonly string[]): NonNullable<ReturnType<typeof readPolicy>['document']> => readPolicy(text(...rules)).document ?? assert.fail(JSON.stringify(readPolicy(text(...rules)).problems));
const WHERE = { tenant: 't', service: 's', environment: '', spanKind: 'internal', place: 'span' } as const;

test('a rule that restricts decides about no value, and its keys are restricted with the others', () => {
  const document = read(RULE, '{ id: all, keys: [user.*], action: { truncate: 8 } }');
  assert.deepEqual(readPolicy(text(RULE)).problems, []);
  const { rule, roles, action } = explain(document, WHERE, 'user.id', null, 'string');
  assert.deepEqual([rule?.id, action, roles], ['all', { truncate: 8 }, ['investigator', 'auditor']]);
  assert.deepEqual(explain(document, WHERE, 'b', null, 'string').roles, null);
  const policy = compilePolicy(document);
  assert.deepEqual(policy.restricted, ['b', 'user.*']);
  assert.deepEqual([policy.restricts('user.id'), policy.restricts('b'), policy.restricts('c')], [true, true, false]);
  assert.deepEqual(readRestriction(policy.text).restricted, ['b', 'user.*'], 'also from the text as the log states it');
  assert.ok(!compilePolicy(read(RULE)).sets.for(WHERE).rules.some(({ id }) => id === 'people'));
});

test('where several rules name a key, it is for the roles that all of them name', () => {
  const document = read(RULE, '{ id: ids, keys: [user.id, x], action: restrict, roles: [auditor, viewer] }');
  assert.deepEqual([rolesFor(document, 'user.id'), rolesFor(document, 'user.name'), rolesFor(document, 'x'), rolesFor(document, 'y')], [['auditor'], ['investigator', 'auditor'], ['auditor', 'viewer'], null]);
});

test('what cannot hold wherever a key stands is refused, with what to do', () => {
  const codes = (rule: string): string[] => readPolicy(text(rule)).problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  for (const member of ['for: { services: [a] }', 'for: { environments: [a] }', 'groups: [user]', 'types: [string]', 'recognized: any']) assert.ok(codes(RULE.replace('keys', `${member}, keys`)).includes('restrict_everywhere'), member);
  for (const glob of ['service.name', "'*'", 'service.*', 'deployment.*']) assert.deepEqual(codes(RULE.replace('user.*', glob)), ['restricts_place'], glob);
  assert.deepEqual(codes('{ id: a, action: restrict, roles: [viewer] }'), ['missing_member']);
  assert.deepEqual(codes('{ id: a, action: restrict, keys: [a] }'), ['missing_member']);
  assert.deepEqual(codes('{ id: a, action: drop, keys: [a], roles: [viewer] }'), ['roles_without_restrict']);
  assert.deepEqual(codes(RULE.replace('auditor', 'owner')), ['unknown_word']);
  const many = Array.from({ length: 5 }, (_, rule) => `{ id: a${rule}, action: restrict, roles: [viewer], keys: [${Array.from({ length: 250 }, (_, at) => `k${rule}.${at}`).join()}] }`);
  assert.deepEqual(readPolicy(text(...many)).problems.map(({ code }) => code), ['too_many']);
});

test('whoever is shown what was hidden from them makes a policy weaker, and nothing else does', () => {
  const from = read(RULE);
  const told = (...rules: readonly string[]): string[] => weakenings(from, read(...rules)).map(({ rule, from: before, to }) => `${rule} ${before} > ${to}`);
  assert.deepEqual(told(RULE), []);
  assert.deepEqual(told('{ id: other, keys: [u*], action: restrict, roles: [auditor] }'), []);
  assert.deepEqual(told('{ id: a, keys: [user.*], action: restrict, roles: [auditor, viewer] }', '{ id: b, keys: [user.*], action: restrict, roles: [auditor] }'), [], 'together they leave less');
  assert.deepEqual(told(), [' restricted > not restricted', 'people restrict > keep']);
  assert.deepEqual(told(RULE.replace('auditor', 'auditor, viewer')), ['people restrict > keep']);
  assert.deepEqual(told(RULE.replace('user.*', 'user.id')), [' restricted > not restricted', 'people restrict > keep']);
  assert.match(weakenings(from, read(RULE.replace('auditor', 'auditor, viewer')))[0]?.sentence ?? '', /user\.\* are for investigator, auditor alone today \(people\), and are shown to viewer/);
});
