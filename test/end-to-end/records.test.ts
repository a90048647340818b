/**
 * What the log says of everything around the telemetry, by a real server and real verbs: every change, sign-in and read is there once, whoever made it
 * and whether a server ran or not.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ControlStore } from '#control';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, tracekeep, until, type TestServer } from '#harness';
import '#harness/cheap-argon2';
import { verbHere } from '#harness/verbs';
import { storedBodies, type StoredBody } from '#harness/stored-bodies';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT } from '#model';

const data = join(temporaryFolder(), 'data');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const secrets: string[] = [];
let server: TestServer;
let bodies: readonly StoredBody[] = [];
let cookie = '';
let asked: Record<string, unknown> = {};
let listed: Awaited<ReturnType<typeof tracekeep>>;
let exported: Awaited<ReturnType<typeof tracekeep>>;
let csrf = '';
let me = '';

async function ask(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = { cookie, 'x-tracekeep-csrf': csrf, 'sec-fetch-site': 'same-origin' }): Promise<{ readonly status: number; readonly json: Record<string, unknown>; readonly cookies: readonly string[] }> {
  const answer = await fetch(`${server.console}${path}`, { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), cookies: answer.headers.getSetCookie() };
}

async function signIn(name: string, password: string): Promise<number> {
  const { status, json, cookies } = await ask('POST', '/api/v1/session', { name, password }, {});
  if (status !== 200) return status;
  cookie = (cookies[0] ?? '').split(';', 1)[0] ?? '';
  csrf = String(json['csrf']);
  me = (json['account'] as { readonly id: string }).id;
  secrets.push(cookie.slice(cookie.indexOf('=') + 1), csrf);
  return status;
}

/** The log has what control data was told to tell it. */
async function outboxIsEmpty(): Promise<void> {
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  await until(() => control.readOutbox().length === 0, 'the outbox is empty').finally(() => control.close());
}

before(async () => {
  secrets.push(await addProducer(data, 'shop', ['shop-*']));
  secrets.push(await createToken(data, 'viewer', ['--name', 'grafana']));
  const password = lastLine(await verbHere(['user', 'add', 'Ada', '--role', 'admin', '--data', data]));
  secrets.push(password);

  server = await startServer({ data, cheapPasswords: true });
  for (let tries = 0; tries < 3; tries++) await signIn('Ada', 'a wrong password');
  await signIn('my password in the wrong field', password);
  assert.equal(await signIn('Ada', password), 200);
  assert.equal((await ask('GET', `/api/v1/traces/${TRACE}`)).status, 404);
  assert.equal((await ask('GET', '/api/v1/search?service=shop-web&attribute=user.email%3Dsomebody@example.com', undefined, { cookie, 'sec-fetch-site': 'same-origin', 'x-tracekeep-reason': 'ticket 7 of somebody@example.com' })).status, 200);
  assert.equal((await ask('GET', '/api/v1/services')).status, 200);
  await ask('GET', `/api/v1/traces/${TRACE}`, undefined, { authorization: `Bearer ${secrets[1]}` });
  const made = (await ask('POST', '/api/v1/producers', { name: 'cart', services: ['cart'] })).json as { key: string; producer: { id: string } };
  const rotated = (await ask('POST', `/api/v1/producers/${made.producer.id}/rotate`, {})).json as { key: string };
  assert.equal((await ask('DELETE', `/api/v1/producers/${made.producer.id}`)).status, 204);
  const token = (await ask('POST', '/api/v1/tokens', { name: 'script', roles: ['viewer'] })).json as { secret: string; token: { id: string } };
  assert.equal((await ask('DELETE', `/api/v1/tokens/${token.token.id}`)).status, 204);
  const bob = (await ask('POST', '/api/v1/accounts', { name: 'Bob', roles: ['viewer'], password: 'a quiet river of glass' })).json as { account: { id: string } };
  assert.equal((await ask('DELETE', `/api/v1/accounts/${bob.account.id}`)).status, 204);
  secrets.push(made.key, rotated.key, token.secret, 'a quiet river of glass', 'my password in the wrong field');
  await verbHere(['trace', TRACE, '--data', data]);
  lastLine(await tracekeep(['tenant', 'set', 'beside', '--class', 'default', '--data', data]));
  await outboxIsEmpty();
  asked = (await ask('GET', `/api/v1/audit?resource=trace:${TRACE}`)).json;
  listed = await tracekeep(['audit', 'list', '--trace', TRACE, '--data', data]);
  assert.equal((await ask('DELETE', '/api/v1/session')).status, 204);
  await server.stop();

  lastLine(await verbHere(['token', 'revoke', 'grafana', '--data', data]));
  exported = await tracekeep(['audit', 'export', '--out', '-', '--data', data]);
  bodies = await storedBodies(data);
});

const of = (type: string): readonly StoredBody[] => bodies.filter((body) => body.type === type);
const ADA = (): object => ({ is: 'person', id: me, name: 'Ada' });
const VERB = { is: 'command line' };
const whats = (type: string): (readonly unknown[])[] => of(type).map(({ statement, closed }) => [statement['what'], closed['name'], closed['who']]);

test('changes by verbs and by people are there once, in order, with who made them', () => {
  assert.deepEqual(whats('producer'), [['added', 'shop', VERB], ['added', 'cart', ADA()], ['rotated', 'cart', ADA()], ['revoked', 'cart', ADA()]]);
  assert.deepEqual(whats('token'), [['made', 'grafana', VERB], ['made', 'script', ADA()], ['revoked', 'script', ADA()], ['revoked', 'grafana', VERB]]);
  assert.deepEqual(whats('person'), [[['added'], 'Ada', VERB], [['added'], 'Bob', ADA()], [['removed'], 'Bob', ADA()]]);
  assert.deepEqual(of('tenant').map(({ statement }) => [statement['what'], statement['tenant']]), [['made', 'default'], ['made', 'beside'], ['set', 'beside']]);
  const ids = bodies.map(({ outbox }) => outbox).filter((id) => id > 0);
  assert.deepEqual(ids, Array.from(ids, (_, at) => at + 1));
});

test('signing in, failing to and signing out are there', () => {
  assert.deepEqual(whats('sign-in').filter(([what]) => what !== 'failed'), [['signed in', 'Ada', ADA()], ['signed out', 'Ada', ADA()]]);
  const failed = of('sign-in').filter(({ statement }) => statement['what'] === 'failed');
  const attempts = failed.flatMap(({ closed }) => closed['attempts'] as { person: string | null; network: string; count: number }[]);
  assert.equal(attempts.filter(({ person }) => person === me).reduce((sum, { count }) => sum + count, 0), 3);
  assert.deepEqual(attempts.filter(({ person }) => person === null).map(({ network, count }) => [network, count]), [['127.0.0.0/24', 1]]);
});

test('reads are there with reader, action, route, ids, rows and why, and what was searched for as the policy leaves it', () => {
  const reads = of('access').flatMap(({ closed }) => {
    const readers = closed['readers'] as { id: string; name: string }[];
    return (closed['reads'] as { reader: number; action: string; route: string; outcome?: string; ids?: string[]; query?: string; filter?: string; rows?: number; reason?: string }[]).map((one) => [
      readers[one.reader]?.name, one.action, one.route, one.outcome, one.ids, one.query?.length, one.filter, one.rows, one.reason,
    ]);
  });
  assert.deepEqual(reads, [
    ['Ada', 'trace.read', 'GET /api/v1/traces/:id', 'failed', [TRACE], undefined, undefined, undefined, undefined],
    ['Ada', 'trace.search', 'GET /api/v1/search', undefined, undefined, 32, 'service=shop-web & user.email=[email]', 0, 'ticket 7 of [email]'],
    ['Ada', 'service.list', 'GET /api/v1/services', undefined, undefined, undefined, undefined, 0, undefined],
    ['grafana', 'trace.read', 'GET /api/v1/traces/:id', 'failed', [TRACE], undefined, undefined, undefined, undefined],
    ['command line', 'trace.read', 'tracekeep trace', 'failed', [TRACE], undefined, undefined, undefined, undefined],
    ['Ada', 'audit.read', 'GET /api/v1/audit', undefined, undefined, 32, `resource=trace:${TRACE}`, 3, undefined],
    ['command line', 'audit.read', 'tracekeep audit', undefined, undefined, undefined, undefined, 3, undefined],
    ['command line', 'audit.read', 'tracekeep audit', undefined, undefined, undefined, undefined, exported.stdout.trimEnd().split('\n').length, undefined],
  ]);
  assert.ok(of('access').every(({ statement }) => statement['tenant'] === DEFAULT_TENANT));
});

test('who looked at a trace is what the API answers and the verb prints, and a stopped server gives everything as events of OCSF', () => {
  const records = asked['records'] as { who: string; action: string; resource: string; outcome: string }[];
  assert.deepEqual(records.map(({ who, action, resource, outcome }) => `${who} ${action} ${resource} ${outcome}`), ['command line', 'grafana', 'Ada'].map((who) => `${who} trace.read trace:${TRACE} failed`));
  assert.deepEqual(listed.stdout.split('\n').slice(1, 4).map((line) => /(command line|grafana|Ada) +trace\.read/.exec(line)?.[1]), ['command line', 'grafana', 'Ada'], listed.stdout + listed.stderr);
  const events = exported.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { class_uid: number; activity_id: number; user?: { name: string }; actor?: { user: { name: string } }; api?: { operation: string } });
  assert.deepEqual(events.filter(({ class_uid }) => class_uid === 3002).map(({ activity_id, user }) => [activity_id, user?.name]).slice(0, 3), [[2, 'Ada'], [1, 'Ada'], [1, 'unknown']]);
  const operations = new Set(events.map(({ api }) => api?.operation));
  for (const one of ['trace.read', 'trace.search', 'token.made', 'token.revoked', 'producer.added', 'person.added', 'tenant.made', 'audit.read', 'policy.applied']) assert.ok(operations.has(one), one);
});

test('the policy is there once, whole: its digest is the one that blocks name', () => {
  const [policy, ...more] = of('policy');
  assert.deepEqual(more, []);
  assert.equal(policy?.closed['digest'], createHash('sha256').update(JSON.stringify(policy?.statement)).digest('hex'));
});

test('no body holds a credential, a password, a name that nobody has, or what was searched for', () => {
  const text = JSON.stringify(bodies);
  for (const secret of [...secrets, 'somebody', '$argon2']) assert.ok(!text.includes(secret), secret.slice(0, 4));
});

test('a verification finds every body as the log says', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await tracekeep(['verify', '--data', data]);
  assert.equal(code, 0, stdout + stderr);
});
