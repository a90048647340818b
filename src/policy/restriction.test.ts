import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, DEFAULT_POLICY, readRestriction } from './policy.ts';

test('what is restricted is read from policies of both versions, as the log states them', () => {
  const first = '{"restricted":["user.*","status.message"],"rules":[{"action":"shorten","kinds":["ip"],"note":"x"},{"action":"replace"}],"version":1}';
  const { restricted, restricts } = readRestriction(first);
  assert.deepEqual([restricted, restricts('user.id'), restricts('status.message'), restricts('users')], [['user.*', 'status.message'], true, true, false]);
  assert.deepEqual(readRestriction(compilePolicy(DEFAULT_POLICY).text).restricted, DEFAULT_POLICY.restricted);
  assert.equal(readRestriction('{"rules":[],"version":1}').restricts('user.id'), false);
});

test('what is no policy is not read, and is not quoted', () => {
  const refused: [string, RegExp][] = [
    ['hunter2', /not JSON/],
    ['null', /version/],
    ['{"rules":[],"version":3}', /version/],
    ['{"rules":[]}', /version/],
    ['{"version":1}', /rules/],
    ['{"rules":[],"version":2,"restricted":"hunter2"}', /not a list/],
    ['{"rules":[],"version":1,"restricted":["user.*",7]}', /not a string/],
    [JSON.stringify({ rules: [], version: 1, restricted: ['x'.repeat(513)] }), /not a string/],
  ];
  for (const [text, message] of refused) assert.throws(() => readRestriction(text), (error: Error) => message.test(error.message) && !error.message.includes('hunter2'), text);
});

test('restricted keys are named with stars', () => {
  const { restricts } = compilePolicy({ version: 2, rules: [], restricted: ['user.*', 'messaging.*.message.key', 'status.message'] });
  for (const key of ['user.id', 'user.', 'messaging.kafka.message.key', 'status.message']) assert.equal(restricts(key), true, key);
  for (const key of ['user', 'enduser.id', 'messaging.message.key', 'status.messages', '']) assert.equal(restricts(key), false, key);
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

test('a policy says in which attributes kinds may be kept or dropped', () => {
  const distinguishes = (...rules: Parameters<typeof compilePolicy>[0]['rules']) => ['a.b', 'c'].filter(compilePolicy({ version: 2, rules }).distinguishes).join();
  assert.equal(compilePolicy(DEFAULT_POLICY).distinguishes('a.b'), false);
  assert.equal(distinguishes(), '');
  assert.equal(distinguishes({ id: 'whole', keys: ['a.*'], action: 'drop' }), '');
  for (const action of ['keep', 'drop', 'drop-span', { mask: { last: 4 } }, { pseudonymize: { purpose: 'x' } }] as const) assert.equal(distinguishes({ id: 'ips', recognized: ['ip'], action: 'replace' }, { id: 'some', recognized: 'any', keys: ['a.*'], action }), 'a.b,c');
  // Of what is sealed credentials go and the rest stays.
  for (const named of [{ keys: ['a.*'] }, { groups: ['a'] }]) assert.equal(distinguishes({ id: 'sealed', ...named, action: 'seal' }), 'a.b');
  assert.equal(distinguishes({ id: 'sealed', for: { places: ['status-message'] }, action: 'seal' }), 'a.b,c');
});
