import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, type Rule, type Where } from './policy.ts';

const WHERE: Where = { tenant: 'acme', service: 'payments-eu', environment: 'production', spanKind: 'server', place: 'span' };
const sets = (rules: readonly Rule[], attributes?: 'drop') => compilePolicy({ version: 2, rules, ...(attributes && { attributes }) }).sets;

test('the first rule in the order of the document decides, among those that apply', () => {
  const found = sets([
    { id: 'elsewhere', for: { services: ['shop'] }, recognized: 'any', action: 'keep' },
    { id: 'cards', recognized: ['card'], action: { mask: { last: 4 } } },
    { id: 'rest', recognized: 'any', action: 'replace' },
    { id: 'users', keys: ['user.*'], action: 'drop' },
  ]);
  const set = found.for(WHERE);
  assert.equal(set.part('card', 'note', 'note', 'string')?.id, 'cards');
  assert.equal(set.part('email', 'note', 'note', 'string')?.id, 'rest');
  assert.equal(found.for({ ...WHERE, service: 'shop' }).part('card', 'note', 'note', 'string')?.id, 'elsewhere');
  assert.equal(set.whole('user.id', 'string')?.id, 'users');
  assert.equal(set.whole('note', 'string'), null);
});

test('equal rule sets are one object, whatever they were asked by', () => {
  const found = sets([{ id: 'one', for: { services: ['payments-*'] }, recognized: 'any', action: 'drop' }]);
  assert.equal(found.for(WHERE), found.for({ ...WHERE, service: 'payments-us', spanKind: 'client' }));
  assert.notEqual(found.for(WHERE), found.for({ ...WHERE, service: 'shop' }));
});

test('a rule about whole values takes a text that is no attribute only if it names the place', () => {
  const found = sets([{ id: 'all', action: 'drop' }, { id: 'names', for: { places: ['span-name'] }, action: { truncate: 10 } }], 'drop');
  assert.equal(found.for({ ...WHERE, place: 'status-message' }).hasWhole, false);
  const name = found.for({ ...WHERE, place: 'span-name' });
  assert.equal(name.whole('', 'string')?.id, 'names');
  assert.equal(name.unnamed, 'keep');
  assert.equal(found.for(WHERE).unnamed, 'drop');
});

test('rules for kinds of span do not apply to attributes of resources', () => {
  const found = sets([{ id: 'servers', for: { spans: ['server'] }, keys: ['host.*'], action: 'drop' }]);
  assert.equal(found.for({ ...WHERE, place: 'resource', spanKind: null }).whole('host.name', 'string'), null);
  assert.equal(found.for(WHERE).whole('host.name', 'string')?.id, 'servers');
});

test('keys and groups: one of all must match; within a map the inner key counts for parts', () => {
  const set = sets([{ id: 'named', keys: ['a.*'], groups: ['user'], recognized: 'any', action: 'keep' }]).for(WHERE);
  assert.equal(set.part('email', 'enduser.id', 'enduser.id', 'string')?.id, 'named');
  assert.equal(set.part('email', 'payload', 'a.b', 'map')?.id, 'named');
  assert.equal(set.part('email', 'payload', 'b', 'map'), null);
});

test('a policy is known by its canonical JSON', () => {
  const one = compilePolicy({ version: 2, rules: [{ action: 'drop', id: 'x' }] });
  assert.equal(one.text, '{"rules":[{"action":"drop","id":"x"}],"version":2}');
  assert.match(one.digest, /^[0-9a-f]{64}$/);
});
