/**
 * What checks from outside rely on, sentence by sentence: the command line as npm starts it, the line that says ready, keys and tokens alone
 * on the last line, the answers of the query API, 401 without a credential, and an end that load balancers can follow.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder, until } from '#harness';

const ROOT = join(import.meta.dirname, '../..');
const data = join(temporaryFolder(), 'data');
const started = new Set<ChildProcess>();
after(() => {
  for (const child of started) killGroup(child);
});

const [http, grpc, api] = [await freePort(), await freePort(), await freePort()];
const TRACE = '5b8efff798038103d269b633813fc60c';
let key = '';
let laterKey = '';
let viewer = '';
let admin = '';
let server: ReturnType<typeof npm>;

test('producer add prints the key alone on its last line, before a server ever ran', async () => {
  const { code, out } = await npm('producer', 'add', 'outside', '--service', 'shop', '--data', data).done;
  assert.equal(code, 0);
  key = lastLine(out);
  assert.match(key, /^tk_\S{40,}$/);
});

test('token create prints the token alone on its last line, before a server ever ran', async () => {
  viewer = lastLine((await npm('token', 'create', '--role', 'viewer', '--data', data).done).out);
  assert.match(viewer, /^tt_\S{40,}$/);
});

test('serve prints a line that starts with "tracekeep ready", first and alone, and listens where it was told to', async () => {
  const before = listing();
  server = npm('serve', '--data', data, '--otlp-http', `127.0.0.1:${http}`, '--otlp-grpc', `127.0.0.1:${grpc}`, '--console', `127.0.0.1:${api}`);
  await until(() => server.out().includes('\n') || server.ended(), 'serve says something');
  assert.match(server.out(), /^tracekeep ready[^\n]*\n$/, server.err());
  assert.equal((await fetch(`http://127.0.0.1:${api}/readyz`)).status, 200);
  assert.deepEqual(listing(), before, 'serve builds and installs nothing');
});

test('producer add and token create work while the server runs, and are valid at once', async () => {
  laterKey = lastLine((await npm('producer', 'add', 'later', '--service', 'shop', '--service', 'cart-*', '--data', data).done).out);
  admin = lastLine((await npm('token', 'create', '--role', 'admin', '--data', data).done).out);
  assert.equal((await get('/api/v1/accounting', admin)).status, 200);
  assert.equal(await send(laterKey, 'cart-eu'), 200);
});

test('GET /api/v1/traces/{id} answers OTLP/JSON', async () => {
  assert.equal(await send(key, 'shop', TRACE), 200);
  const response = await get(`/api/v1/traces/${TRACE}`, viewer);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/);
  const { resourceSpans } = (await response.json()) as { resourceSpans: { resource: unknown; scopeSpans: { scope: unknown; spans: Record<string, unknown>[] }[] }[] };
  assert.equal(resourceSpans.length, 1);
  assert.deepEqual(resourceSpans[0]?.resource, { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] });
  const span = resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? assert.fail();
  assert.deepEqual([span['traceId'], span['spanId'], span['name'], span['kind']], [TRACE, 'eee19b7ec3c1b174', 'GET /cart', 2]);
  assert.deepEqual(span['attributes'], [{ key: 'http.response.status_code', value: { intValue: '200' } }]);
  assert.equal((await get(`/api/v1/traces/${'1'.repeat(32)}`, viewer)).status, 404);
});

test('GET /api/v1/accounting answers { totals, producers } with received, stored, refused, dropped', async () => {
  assert.equal(await send(key, 'bank'), 200);
  const { totals, producers } = (await (await get('/api/v1/accounting', viewer)).json()) as { totals: Record<string, number>; producers: Record<string, number>[] };
  assert.deepEqual(fieldsOf(totals), { received: 3, stored: 2, refused: 1, dropped: 0 });
  const outside = producers.find((producer) => String(producer['name']) === 'outside') ?? assert.fail();
  assert.deepEqual(fieldsOf(outside), { received: 2, stored: 1, refused: 1, dropped: 0 });
  for (const field of ['received', 'stored', 'refused', 'dropped']) {
    assert.equal(producers.reduce((sum, producer) => sum + (producer[field] ?? 0), 0), totals[field], field);
  }
});

test('every route refuses a request without a credential with 401, and routes nobody knows do too', async () => {
  const { routes } = (await (await get('/api/v1/routes', admin)).json()) as { routes: { method: string; path: string; public: boolean }[] };
  const pages = ['/', '/access', '/approvals', '/assets/*', '/audit', '/compare/:a/:b', '/exposure', '/findings', '/forget', '/health', '/ingest', '/integrity', '/keys', '/map', '/policy', '/policy/edit', '/policy/history', '/search', '/services', '/services/:service', '/settings', '/settings/groups', '/settings/people', '/settings/tokens', '/sign-in', '/sign-in/return', '/traces/:id'];
  const signIn = ['GET /api/v1/session/first', 'POST /api/v1/session', 'POST /api/v1/session/first', 'POST /api/v1/session/link', 'GET /api/v1/session/provider', 'POST /api/v1/session/provider', 'POST /api/v1/session/provider/begin', 'POST /api/v1/session/provider/logout'];
  const told = routes.filter((route) => route.public).map(({ method, path }) => `${method} ${path}`);
  // HEAD of what GET answers tells less.
  const open = told.filter((one) => !one.startsWith('HEAD ') || !told.includes(one.replace('HEAD', 'GET')));
  assert.deepEqual(open.filter((one) => !signIn.includes(one)).sort(), [...pages, '/healthz', '/readyz', '/log/checkpoint', '/log/tile/*'].map((path) => `GET ${path}`).sort());
  for (const path of pages) assert.equal((await fetch(`http://127.0.0.1:${api}${path.replaceAll(/:\w+|\*/g, 'x')}`, { redirect: 'manual' })).redirected, false, path);
  const closed = routes.filter((route) => !route.public).map(({ method, path }) => [method, path.replace(':id', TRACE).replace(':service', 'shop')] as const);
  assert.ok(closed.length >= 8);
  const unknown = [['POST', '/'], ['GET', '/nothing'], ['GET', '/api/v1/nothing'], ['GET', '/api/v1/traces/zz'], ['POST', '/api/v1/accounting'], ['DELETE', `/api/v1/traces/${TRACE}`], ['GET', '/api/v1/%zz'], ['OPTIONS', '/api/v1/search']] as const;
  for (const [method, path] of [...closed, ...unknown]) {
    const response = await fetch(`http://127.0.0.1:${api}${path}`, { method });
    assert.equal(response.status, 401, `${method} ${path}`);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer\b/);
    assert.ok(!(await response.text()).includes('shop'));
  }
  assert.equal((await fetch(`http://127.0.0.1:${http}/v1/traces`, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })).status, 401);
});

test('SIGTERM drains, a repeated one is harmless, and the exit code is 0', async () => {
  server.child.kill('SIGTERM');
  server.child.kill('SIGTERM');
  const { code } = await server.done;
  assert.equal(code, 0, server.err());
  assert.match(server.out(), /^tracekeep ready[^\n]*\n$/);
  await assert.rejects(get('/healthz', viewer), 'nothing is left listening');
});

test('what was acknowledged is there after a new start, and the verbs work without a server again', async () => {
  const last = lastLine((await npm('token', 'create', '--role', 'viewer', '--data', data).done).out);
  server = npm('serve', '--data', data, '--otlp-http', `127.0.0.1:${http}`, '--otlp-grpc', `127.0.0.1:${grpc}`, '--console', `127.0.0.1:${api}`);
  await until(() => server.out().includes('\n') || server.ended(), 'serve says something');
  assert.equal((await get(`/api/v1/traces/${TRACE}`, last)).status, 200);
  assert.equal(await send(key, 'shop'), 200);
  const { totals } = (await (await get('/api/v1/accounting', last)).json()) as { totals: Record<string, number> };
  assert.deepEqual(fieldsOf(totals), { received: 4, stored: 3, refused: 1, dropped: 0 });
});

test('a server that was told to stop says that it is not ready, and answers what is under way', async () => {
  const sender = connect(http, '127.0.0.1');
  let answer = '';
  sender.setEncoding('utf8').on('data', (text: string) => (answer += text));
  const asked = 'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue';
  sender.write(`POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n${asked}\r\n\r\n`);
  await until(() => answer.includes('100 Continue'), 'the request is under way');
  const status = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${api}${path}`)).status;
  assert.equal(await status('/readyz'), 200);

  server.child.kill('SIGTERM');
  await until(async () => (await status('/readyz')) === 503, 'it says that it is not ready');
  assert.equal(await status('/healthz'), 200);
  const ended = once(sender, 'close');
  sender.write('{}');
  await ended;
  assert.match(answer, /HTTP\/1\.1 200 /);
  assert.equal((await server.done).code, 0);
});

/** `npm run -s tracekeep -- …`, as a script would say it, with whatever Node is first on the path. */
function npm(...words: readonly string[]) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TRACEKEEP_|UV_THREADPOOL_SIZE$|NODE_TEST_CONTEXT$|npm_)/.test(name)));
  const child = spawn('npm', ['run', '-s', 'tracekeep', '--', ...words], { cwd: ROOT, env: clean, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  started.add(child);
  let [out, err, ended] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const done = once(child, 'close').then(([code]) => {
    ended = true;
    started.delete(child);
    return { code: code as number | null, out, err };
  });
  return { child, done, out: () => out, err: () => err, ended: () => ended };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: it has ended.
  }
}

function get(path: string, token: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${api}${path}`, { headers: { Authorization: `Bearer ${token}` } });
}

async function send(withKey: string, service: string, traceId = crypto.randomUUID().replaceAll('-', '')): Promise<number> {
  const at = `${Date.now()}000000`;
  const attributes = [{ key: 'http.response.status_code', value: { intValue: '200' } }];
  const span = { traceId, spanId: 'eee19b7ec3c1b174', name: 'GET /cart', kind: 2, startTimeUnixNano: at, endTimeUnixNano: at, attributes };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${withKey}` };
  const response = await fetch(`http://127.0.0.1:${http}/v1/traces`, { method: 'POST', headers, body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }) });
  await response.text();
  return response.status;
}

function fieldsOf(account: Record<string, number>): Record<string, number | undefined> {
  return Object.fromEntries(['received', 'stored', 'refused', 'dropped'].map((field) => [field, account[field]]));
}

function lastLine(out: string): string {
  return out.trimEnd().split('\n').at(-1) ?? '';
}

/** Names and times of what lies in the checkout and in its installed packages, one level deep. */
function listing(): string[] {
  return ['.', 'node_modules'].flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.startsWith('.tracekeep') || name === 'package-lock.json' || folder === 'node_modules').map((name) => `${folder}/${name} ${statSync(join(ROOT, folder, name)).mtimeMs}`));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : assert.fail();
}
