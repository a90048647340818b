import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { KINDS } from '#scanner/recognizer';
import { DEFAULT_POLICY } from './default-policy.ts';
import { compilePolicy } from './policy.ts';

test('compilePolicy() takes the first rule that matches kind and key', () => {
  const policy = compilePolicy({
    version: 1,
    rules: [
      { kinds: ['email'], keys: ['user.*', 'enduser.id'], action: 'keep' },
      { keys: ['debug.*.dump'], action: 'drop' },
      { kinds: ['ip', 'card'], action: 'shorten' },
    ],
  });
  assert.equal(policy.decide('email', 'user.email'), 'keep');
  assert.equal(policy.decide('email', 'enduser.id'), 'keep');
  assert.equal(policy.decide('email', 'log.message'), 'replace');
  assert.equal(policy.decide('password', 'user.email'), 'replace');
  assert.equal(policy.decide('password', 'debug.http.dump'), 'drop');
  assert.equal(policy.decide('password', 'debug.dump'), 'replace');
  assert.equal(policy.decide('card', 'anything'), 'shorten');
});

test('compilePolicy() replaces what no rule mentions', () => {
  const policy = compilePolicy({ version: 1, rules: [] });
  for (const kind of KINDS) assert.equal(policy.decide(kind, 'x'), 'replace');
});

test('compilePolicy() refuses what it does not understand completely', () => {
  const refused: [unknown, RegExp][] = [
    [null, /not an object/],
    ['x', /not an object/],
    [{ rules: [] }, /version/],
    [{ version: 2, rules: [] }, /version/],
    [{ version: 1 }, /rules/],
    [{ version: 1, rules: {} }, /rules/],
    [{ version: 1, rules: [], default: 'keep' }, /member/],
    [{ version: 1, rules: [null] }, /rule 1/],
    [{ version: 1, rules: [{ action: 'keep' }, { action: 'mask' }] }, /rule 2 has an unknown action/],
    [{ version: 1, rules: [{ action: 'toString' }] }, /unknown action/],
    [{ version: 1, rules: [{}] }, /unknown action/],
    [{ version: 1, rules: [{ kinds: ['emial'], action: 'keep' }] }, /unknown kind/],
    [{ version: 1, rules: [{ kinds: [], action: 'keep' }] }, /kinds/],
    [{ version: 1, rules: [{ kinds: 'email', action: 'keep' }] }, /kinds/],
    [{ version: 1, rules: [{ keys: [], action: 'keep' }] }, /keys/],
    [{ version: 1, rules: [{ keys: [1], action: 'keep' }] }, /key that is not a string/],
    [{ version: 1, rules: [{ kind: ['email'], action: 'keep' }] }, /member/],
    [{ version: 1, rules: [{ action: 'keep', note: 1 }] }, /note/],
  ];
  for (const [data, message] of refused) assert.throws(() => compilePolicy(data), message, JSON.stringify(data));
});

test('compilePolicy() names rules, never their values, when it refuses', () => {
  assert.throws(
    () => compilePolicy({ version: 1, rules: [{ action: 'hunter2' }] }),
    (error: Error) => !error.message.includes('hunter2'),
  );
});

test('digest is SHA-256 of the canonical JSON and does not depend on the order of members', () => {
  const one = compilePolicy({ version: 1, rules: [{ kinds: ['email'], action: 'keep' }] });
  const two = compilePolicy({ rules: [{ action: 'keep', kinds: ['email'] }], version: 1 });
  assert.equal(one.digest, two.digest);
  assert.equal(one.digest, createHash('sha256').update('{"rules":[{"action":"keep","kinds":["email"]}],"version":1}').digest('hex'));
  assert.notEqual(one.digest, compilePolicy({ version: 1, rules: [{ kinds: ['email'], action: 'drop' }] }).digest);
});

test('globs match in linear time', () => {
  const policy = compilePolicy({ version: 1, rules: [{ keys: [`${'*a'.repeat(200)}b`], action: 'keep' }] });
  assert.equal(policy.decide('email', 'a'.repeat(100_000)), 'replace');
});

test('the default policy compiles, keeps nothing and shortens addresses', () => {
  const policy = compilePolicy(DEFAULT_POLICY);
  for (const kind of KINDS) assert.equal(policy.decide(kind, 'any.key'), kind === 'ip' ? 'shorten' : 'replace');
});

test('compilePolicy() says whether kinds are kept or dropped anywhere', () => {
  assert.equal(compilePolicy(DEFAULT_POLICY).distinguishes, false);
  assert.equal(compilePolicy({ version: 1, rules: [] }).distinguishes, false);
  for (const action of ['keep', 'drop']) assert.equal(compilePolicy({ version: 1, rules: [{ action: 'replace', kinds: ['ip'] }, { action, keys: ['a.*'] }] }).distinguishes, true);
});
