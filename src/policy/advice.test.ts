import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { DEFAULT_POLICY } from './default-policy.ts';
import { decidingRules, type PolicyDocument, type Rule } from './document.ts';
import { actionName } from './action.ts';
import { RandomPolicies } from './random-policies.ts';
import { readPolicy } from './read.ts';
import { RuleSets } from './rule-set.ts';
import { FINAL_ACTIONS } from './strength.ts';

function advised(rules: readonly Rule[], others: Partial<PolicyDocument> = {}): string[] {
  const { document, problems } = readPolicy(stringify({ version: 2, ...others, rules }));
  assert.notEqual(document, null, JSON.stringify(problems));
  return problems.map(({ severity, code, rule }) => `${severity} ${code} ${rule}`);
}

const ALL: Rule = { id: 'all', recognized: 'any', action: 'replace' };

test('a policy that does what it seems to do is not talked about', () => {
  assert.deepEqual(advised(DEFAULT_POLICY.rules), []);
  // An exception before what it is excepted from, in keys, kinds and scope.
  assert.deepEqual(advised([{ id: 'id', keys: ['user.id'], action: 'keep' }, { id: 'users', keys: ['user.*'], action: 'drop' }]), []);
  assert.deepEqual(advised([{ id: 'one', for: { services: ['shop'] }, keys: ['user.*'], action: 'keep' }, { id: 'users', keys: ['user.*'], action: 'drop' }]), []);
  assert.deepEqual(advised([{ id: 'mails', recognized: ['email'], action: 'drop' }, ALL]), []);
  assert.deepEqual(advised([{ id: 'spans', for: { places: ['span'] }, keys: ['a'], action: 'drop' }, { id: 'events', for: { places: ['event'] }, keys: ['a'], action: 'keep' }]), []);
  assert.deepEqual(advised([{ id: 'a', keys: ['a'], action: 'keep' }, ALL], { attributes: 'drop' }), []);
});

test('a rule that never decides is named with the ones that do', () => {
  const shadowed = (rules: readonly Rule[], others?: Partial<PolicyDocument>): string[] => advised(rules, others).filter((text) => text.includes('shadowed'));
  assert.deepEqual(shadowed([ALL, { id: 'cards', recognized: ['card'], action: 'drop' }]), ['warning shadowed_rule cards']);
  assert.deepEqual(shadowed([{ id: 'users', keys: ['user.*'], action: 'drop' }, { id: 'id', keys: ['user.id'], action: 'keep' }]), ['warning shadowed_rule id']);
  assert.deepEqual(shadowed([{ id: 'users', groups: ['user'], action: 'drop' }, { id: 'id', keys: ['enduser.id'], action: 'keep' }]), ['warning shadowed_rule id']);
  assert.deepEqual(shadowed([{ id: 'a', keys: ['a*'], action: 'drop' }, { id: 'b', keys: ['b*'], action: 'drop' }, { id: 'c', keys: ['a.x', 'b.x'], action: 'keep' }]), ['warning shadowed_rule c']);
  assert.deepEqual(shadowed([{ id: 'a', recognized: ['card'], action: 'drop' }, { id: 'b', recognized: ['iban'], action: 'drop' }, { id: 'c', recognized: ['iban', 'card'], action: 'replace' }]), ['warning shadowed_rule c']);
  // The whole value goes.
  assert.deepEqual(shadowed([{ id: 'mail', keys: ['user.email'], recognized: ['email'], action: { mask: { last: 4 } } }, { id: 'users', keys: ['user.*'], action: 'drop' }]), ['warning shadowed_rule mail']);
  assert.deepEqual(shadowed([{ id: 'mail', keys: ['user.email'], recognized: ['email'], action: { mask: { last: 4 } } }, { id: 'kept', keys: ['*.email'], action: 'keep' }, { id: 'users', keys: ['user.*'], action: 'drop' }]), []);
  assert.deepEqual(shadowed([{ id: 'mail', keys: ['user.email'], recognized: ['email'], action: { mask: { last: 4 } } }], { attributes: 'drop' }), ['warning shadowed_rule mail']);
  // Not the same values.
  assert.deepEqual(shadowed([{ id: 'users', for: { spans: ['server'] }, keys: ['user.*'], action: 'drop' }, { id: 'id', keys: ['user.id'], action: 'drop' }]), []);
  assert.deepEqual(shadowed([{ id: 'users', types: ['string'], keys: ['user.*'], action: 'drop' }, { id: 'id', keys: ['user.id'], action: 'drop' }]), []);
  const { problems } = readPolicy('version: 2\nrules:\n  - { id: users, keys: [user.*], action: drop }\n  - { id: one, keys: [user.id], action: keep }');
  assert.deepEqual(problems.map(({ line, column, message }) => [line, column, message]), [[4, 11, '`one` never decides: users before it decides about all that it names']]);
});

test('where an earlier rule takes some keys of another, it is said which decides', () => {
  const hints = (text: string): unknown => readPolicy(text).problems.map(({ severity, code, message, line, column }) => [severity, code, message, line, column]);
  assert.deepEqual(hints('version: 2\nrules:\n  - { id: users, keys: [user.*], action: drop }\n  - { id: names, keys: [x.name, user.id], action: keep }'), [['hint', 'overlap', 'for user.id the rule users decides (drop), not names', 4, 33]]);
  assert.deepEqual(hints("version: 2\nrules:\n  - { id: users, keys: [user.*], action: keep }\n  - { id: names, keys: ['*.email'], action: drop }"), [['hint', 'overlap', 'for keys that match user.* and *.email the rule users decides (keep), not names', 4, 25]]);
  // Nothing is left by the first that the second would take.
  assert.deepEqual(advised([{ id: 'a', keys: ['user.*'], action: 'drop' }, { id: 'b', keys: ['*.email'], action: 'keep' }]), []);
  assert.deepEqual(advised([{ id: 'a', keys: ['user.*'], action: 'drop' }, { id: 'b', keys: ['*.email'], action: 'drop' }]), []);
  assert.deepEqual(advised([{ id: 'a', for: { services: ['x'] }, keys: ['user.*'], action: 'keep' }, { id: 'b', keys: ['user.id'], action: 'drop' }]), []);
});

test('rules that never apply, take everything, keep secrets or take no address are named', () => {
  assert.deepEqual(advised([{ id: 'a', for: { spans: ['server'], places: ['resource'] }, keys: ['host.*'], action: 'drop' }]), ['warning never_applies a']);
  assert.deepEqual(advised([{ id: 'a', for: { places: ['span-name'] }, keys: ['host.*'], action: 'drop' }]), ['warning never_applies a']);
  assert.deepEqual(advised([{ id: 'a', for: { places: ['span-name'] }, types: ['int'], action: 'drop' }]), ['warning never_applies a']);
  assert.deepEqual(advised([{ id: 'a', action: 'drop' }]), ['warning matches_everything a']);
  assert.deepEqual(advised([{ id: 'a', keys: ['*'], action: 'replace' }]), ['warning matches_everything a']);
  assert.deepEqual(advised([{ id: 'a', recognized: 'any', action: 'drop-span' }]), ['warning matches_everything a']);
  assert.deepEqual(advised([{ id: 'a', keys: ['service.*'], action: 'drop' }]), ['hint service_name a']);
  assert.deepEqual(advised([{ id: 'a', recognized: 'any', keys: ['a'], action: 'keep' }]), ['warning keeps_secrets a']);
  assert.deepEqual(advised([{ id: 'a', recognized: ['email'], keys: ['a'], action: 'keep' }]), []);
  assert.deepEqual(advised([{ id: 'a', recognized: ['card'], action: { generalize: { network: { v4: 24, v6: 48 } } } }]), ['warning no_address a']);
});

test('a recognizer that finds ordinary values is named, one that is narrow or has a context is not', () => {
  const named = (recognizer: object): string[] => advised([ALL], { recognizers: [{ id: 'own', pattern: '', ...recognizer }] });
  for (const pattern of ['[0-9]{4}', '[0-9]{1,3}', '[A-Z]{3} /.{1,20}', '[a-z]{1,20}-[a-z0-9]{1,20}', '[a-f0-9]{32}', '(?i)cart', ...'123456789', '[0-9]{1,19}', '[0-9]{6}', '[0-9]{10}', '[0-9]{16}', '[0-9]{19}', '=', '"']) assert.deepEqual(named({ pattern }), ['warning matches_ordinary own'], pattern);
  for (const pattern of ['1', '6', '[0-9]{1,19}']) assert.deepEqual(named({ pattern, context: ['order'] }), ['warning matches_ordinary own'], pattern);
  for (const recognizer of [{ pattern: 'E-[0-9]{6}' }, { pattern: '[0-9]{4}', context: ['room'] }, { pattern: '[0-9]{9}', checksum: 'mod11' }]) assert.deepEqual(named(recognizer), [], recognizer.pattern);
});

test('many rules are not all compared', () => {
  const rules = Array.from({ length: 1_000 }, (_, at): Rule => ({ id: `r${at}`, keys: [`*a${at}*`, `x*${at}*y`, `z*${at}*`], action: at % 2 === 0 ? 'drop' : 'keep' }));
  const { document, problems } = readPolicy(JSON.stringify({ version: 2, rules }));
  assert.equal(document?.rules.length, 1_000);
  assert.equal(problems.at(-1)?.code, 'more_problems');
});

test('a rule that is said never to decide never does, in random policies', () => {
  const seed = randomInt(2 ** 31);
  const random = new RandomPolicies(seed);
  let named = 0;
  for (let round = 0; round < 500; round++) {
    const policy = random.policy();
    const { problems } = readPolicy(JSON.stringify(policy));
    const never = new Set(problems.filter(({ code }) => code === 'shadowed_rule' || code === 'never_applies').map(({ rule }) => rule));
    const inMaps = new Set(problems.filter(({ message }) => message.includes('within maps')).map(({ rule }) => rule));
    named += never.size;
    const sets = new RuleSets(decidingRules(policy), policy.attributes ?? 'keep');
    for (let count = 0; never.size > 0 && count < 100; count++) {
      const { where, key, inner, type, kind } = random.question();
      const set = sets.for(where);
      const named = set.whole(key, type);
      const stays = where.place === 'resource' && key === 'service.name' && named?.action !== 'drop-span';
      const whole = stays ? null : named;
      const decides = kind === null ? whole : FINAL_ACTIONS.has(stays ? 'keep' : actionName(whole?.action ?? set.unnamed)) ? null : set.part(kind, key, inner, type);
      if (decides !== null && never.has(decides.id)) assert.ok(inner !== key && inMaps.has(decides.id), `seed ${seed}, round ${round}: ${decides.id} in ${JSON.stringify({ policy, where, key, inner, type, kind })}`);
    }
  }
  assert.ok(named > 50, `${named}`);
});
