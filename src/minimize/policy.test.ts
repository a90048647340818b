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
    [{ version: 1, rules: [], restricted: 'user.*' }, /restricted/],
    [{ version: 1, rules: [], restricted: [] }, /restricted/],
    [{ version: 1, rules: [], restricted: ['user.*', 7] }, /restricted/],
    [{ version: 1, rules: [], restrict: ['user.*'] }, /member/],
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

test('restricted keys are named with stars, and are part of text and digest', () => {
  const policy = compilePolicy({ version: 1, rules: [], restricted: ['user.*', 'messaging.*.message.key', 'status.message'] });
  for (const key of ['user.id', 'user.', 'messaging.kafka.message.key', 'status.message']) assert.equal(policy.restricts(key), true, key);
  for (const key of ['user', 'enduser.id', 'messaging.message.key', 'status.messages', '']) assert.equal(policy.restricts(key), false, key);
  assert.equal(policy.text, '{"restricted":["user.*","messaging.*.message.key","status.message"],"rules":[],"version":1}');
  assert.equal(policy.digest, createHash('sha256').update(policy.text).digest('hex'));
  assert.equal(compilePolicy({ version: 1, rules: [] }).restricts('user.id'), false);
  assert.deepEqual(compilePolicy(JSON.parse(policy.text)).digest, policy.digest, 'the text that the log keeps is the policy again');
});

test('the default policy restricts what may be personal or free text, and not what traces are read by', () => {
  const { restricts } = compilePolicy(DEFAULT_POLICY);
  const restricted = [
    'user.id', 'user.email', 'enduser.pseudo.id', 'client.address', 'db.query.text', 'db.query.parameter.0', 'db.statement', 'url.query', 'url.full', 'http.url', 'http.target', 'http.request.header.x-request-id',
    'http.response.header.location', 'rpc.request.metadata.key', 'rpc.response.metadata.key', 'http.request.body.content', 'http.response.body.content', 'exception.message', 'exception.stacktrace',
    'status.message', 'process.command_line', 'process.command_args', 'graphql.document', 'messaging.kafka.message.key', 'gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions',
    'gen_ai.tool.call.arguments', 'gen_ai.tool.call.result', 'gen_ai.prompt', 'gen_ai.prompt.0.content', 'gen_ai.completion.0.content', 'gen_ai.content.prompt', 'gen_ai.retrieval.documents',
  ];
  for (const key of restricted) assert.equal(restricts(key), true, key);
  for (const key of ['service.name', 'http.route', 'http.request.method', 'http.response.status_code', 'url.path', 'url.scheme', 'server.address', 'db.system.name', 'rpc.method', 'exception.type', 'gen_ai.request.model', 'gen_ai.usage.input_tokens', 'process.pid', 'messaging.system', 'user_agent.original']) {
    assert.equal(restricts(key), false, key);
  }
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
