/** `tracekeep user` as operators and scripts meet it, before a server ever ran and beside one. Programs where it is the first of its kind, and where standard input is read. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHEAP_ARGON2, lastLine, startServer, temporaryFolder, tracekeep, until, type Done, type TestServer } from '#harness';
import '#harness/cheap-argon2';
import { verbHere } from '#harness/verbs';

const data = join(temporaryFolder(), 'data');
const user = (...words: readonly string[]): Promise<Done> => verbHere(['user', ...words, '--data', data]);
let server: TestServer;
let password = '';

async function signIn(name: string, with_: string): Promise<number> {
  const answer = await fetch(`${server.console}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password: with_ }) });
  await answer.text();
  return answer.status;
}

test('user add makes the data directory and prints a password alone on its last line', async () => {
  const done = await tracekeep(['user', 'add', 'ada', '--role', 'admin', '--data', data]);
  password = lastLine(done);
  assert.match(password, /^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/);
  assert.match(done.stderr, /account a_[0-9a-f]{16} may sign in as admin/);
  assert.match((await user('add', 'ada', '--role', 'viewer')).stderr, /name_taken/);
  assert.equal((await user('add', 'eve')).code, 2, 'a role is asked for');
});

test('a server that finds an account prints no link, and lets the account in', async () => {
  server = await startServer({ data, cheapPasswords: true });
  assert.equal(await signIn('ada', password), 200);
  assert.ok(!server.stderr.includes('sign-in#'));
});

test('user add --password-stdin takes the password of a script, and refuses a weak one', async () => {
  for (const [given, code] of [['a quiet river of glass\n', 0], ['qwertyuiopasdfgh\n', 1], ['short', 1], ['', 2]] as const) {
    const child = spawn(process.execPath, ['--import', CHEAP_ARGON2, 'src/main.ts', 'user', 'add', `script ${given.length}`, '--role', 'viewer', '--password-stdin', '--data', data], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.end(given);
    assert.equal(await new Promise((resolve) => child.on('close', resolve)), code, said);
    if (given.length > 3) assert.ok(!said.includes(given.trim()), 'the password is repeated');
  }
  assert.equal(await signIn('script 23', 'a quiet river of glass'), 200);
});

test('user list shows people, and neither hash nor password', async () => {
  const table = (await tracekeep(['user', 'list', '--data', data])).stdout;
  assert.match(table, /^ID +NAME +TENANT +ROLES +GROUPS +SECOND FACTOR +CREATED +KEPT BY +LAST SIGN-IN\na_[0-9a-f]{16} +ada +default +admin /);
  const accounts = JSON.parse((await user('list', '--json')).stdout) as Record<string, unknown>[];
  assert.deepEqual(Object.keys(accounts[0] ?? {}).toSorted(), ['created', 'groups', 'id', 'name', 'roles', 'secondFactor', 'signedIn', 'tenant']);
});

test('user role and groups take several, replace what there was, and refuse what is none by naming what there is', async () => {
  assert.equal((await user('role', 'script 23', '--role', 'Security Analyst,auditor', 'operator')).code, 0);
  assert.equal((await user('groups', 'script 23', 'payments', 'on-call,eu/berlin')).code, 0);
  assert.equal((await user('groups', 'script 23')).stdout, 'eu/berlin\non-call\npayments\n');
  const [, script] = JSON.parse((await user('list', '--json')).stdout) as { roles: string[]; groups: string[] }[];
  assert.deepEqual([script?.roles, script?.groups], [['security-analyst', 'auditor', 'operator'], ['eu/berlin', 'on-call', 'payments']]);
  const unknown = await user('role', 'script 23', '--role', 'root');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /viewer, investigator, security-analyst, privacy-officer, key-custodian, auditor, operator, admin/);
  assert.match((await user('groups', 'script 23', 'a"b')).stderr, /group_invalid/);
  assert.equal((await user('groups', 'script 23', '--none')).code, 0);
  assert.equal((await user('groups', 'script 23')).stdout.trim(), '');
  assert.match((await user('totp-reset', 'script 23')).stderr, /name_unknown/);
});

test('token create makes one for a person, within scopes that are actions, and it ends with the account', async () => {
  const token = (...words: readonly string[]): Promise<Done> => verbHere(['token', ...words, '--data', data]);
  const status = async (secret: string, path: string): Promise<number> => (await fetch(`${server.console}${path}`, { headers: { authorization: `Bearer ${secret}` } })).status;
  await user('add', 'Tom', '--role', 'viewer');
  const secret = lastLine(await token('create', '--user', 'Tom', '--scope', 'service.*', '--name', 'of-tom'));
  assert.match(secret, /^tt_/);
  assert.deepEqual([await status(secret, '/api/v1/services'), await status(secret, '/api/v1/search')], [200, 403]);
  assert.match((await token('list')).stdout, /of-tom +default +as Tom +service\.\* +\S+ +\S+ +valid until/);
  const unknown = await token('create', '--user', 'Tom', '--scope', 'trace.write');
  assert.match(unknown.stderr, /scope_unknown[^]*trace\.read, trace\.search/);
  assert.equal((await token('create', '--user', 'Tom', '--role', 'viewer')).code, 2);
  assert.match((await token('create', '--user', 'nobody')).stderr, /name_unknown/);
  await user('remove', 'Tom');
  await until(async () => (await status(secret, '/api/v1/services')) === 401, 'the token ends');
});

test('user link prints a link alone on its last line, which signs in once', async () => {
  const url = new URL(lastLine(await tracekeep(['user', 'link', 'ada', '--data', data])));
  assert.deepEqual([url.origin, url.pathname, url.search], [server.console, '/sign-in', '']);
  const use = async (): Promise<number> => (await fetch(`${server.console}/api/v1/session/link`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ link: url.hash.slice('#link='.length) }) })).status;
  assert.deepEqual([await use(), await use()], [200, 401]);
  assert.match((await user('link', 'nobody')).stderr, /name_unknown/);
});

test('user password, role and remove change what they say, at once', async () => {
  const next = lastLine(await user('password', 'ada'));
  assert.deepEqual([await signIn('ada', password), await signIn('ada', next)], [401, 200]);
  assert.match((await user('role', 'ada', '--role', 'viewer')).stderr, /last_admin/);
  assert.match((await user('remove', 'ada')).stderr, /last_admin/);
  assert.equal((await user('role', 'script 23', '--role', 'admin')).code, 0);
  assert.equal((await user('remove', 'ada')).code, 0);
  assert.equal(await signIn('ada', next), 401);
  assert.match((await user('sign-out', 'ada')).stderr, /name_unknown/);
});

test('without a server a link cannot be made, and the verb says why', async () => {
  await server.stop();
  const { code, stderr } = await user('link', 'script 23');
  assert.deepEqual([code, /no server runs on .*start it with "tracekeep serve"/.test(stderr)], [1, true], stderr);
});
