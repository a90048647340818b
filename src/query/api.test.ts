/**
 * The console port as a client meets it, over a socket: who is let in before anything is read, what is refused, and that no parameter
 * becomes SQL.
 */
import assert from 'node:assert/strict';
import { request as httpRequest, type Server } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { LIMITS } from '#limits';
import type { Reader, Role, TenantId } from '#model';
import { refuse } from '#refusal';
import { createConsole, startConsole, type RunningConsole } from './api.ts';
import { createQueries } from './query.ts';
import { createTestStore, START_NS, TODAY_MS, type TestStore } from './testing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const now_ms = (): number => TODAY_MS + 60_000;
const reader = (role: Role): Reader => ({ id: 't_0000000000000001', name: role, tenant: 'default' as TenantId, kind: 'token', roles: [role], groups: [], scopes: null });
const authenticator = createAuthenticator({
  findCredential: (credential) =>
    credential === 'tt_viewer' ? { kind: 'token', reader: reader('viewer') } : credential === 'tt_admin' ? { kind: 'token', reader: reader('admin') } : refuse('credential_unknown'),
});

let store: TestStore;
let running: RunningConsole;
const failures: string[] = [];

before(async () => {
  store = createTestStore();
  await store.addBlock([{ traceId: TRACE, columns: { attributes: { 'user.note': 'it\'s "here"' }, attribute_types: 's' } }]);
  store.lines = [{ tenant: 'default', producer: 'p_1', outcome: 'received', reason: '', count: 5 }, { tenant: 'default', producer: 'p_1', outcome: 'stored', reason: '', count: 3 }, { tenant: 'default', producer: 'p_1', outcome: 'refused', reason: 'span_ids', count: 2 }, { tenant: 'default', producer: 'p_1', outcome: 'minimized', reason: 'email', count: 4 }];
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 },
    queries: createQueries({ store, producers: async () => [{ id: 'p_1', name: 'shop' }], now_ms, settle_ms: 0 }),
    authenticator,
    metricsText: async () => 'up 1\n',
    ready: async () => null,
    onFailure: (_id, sentence) => failures.push(sentence),
    now_ms,
  });
});
after(async () => {
  await running.stop();
  store.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

function ask(path: string, { method = 'GET', headers = { authorization: 'Bearer tt_viewer' }, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: running.address.port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const errorOf = (answer: Answer): { code: string; message: string; advice: string; requestId: string } => JSON.parse(answer.body).error;
const chunks = <T>(items: readonly T[], size: number): T[][] => Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
const query = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString();

test('every route that is not public answers 401 to a caller without credential, whatever else is wrong with the request', async () => {
  const { routes } = JSON.parse((await ask('/api/v1/routes')).body) as { routes: { method: string; path: string; action: string; public: boolean }[] };
  assert.ok(routes.length >= 10);
  assert.deepEqual(routes.filter((route) => route.public).map(({ path }) => path), ['/healthz', '/readyz']);
  assert.ok(routes.every(({ method, action }) => ['GET', 'POST'].includes(method) && action !== 'none'));
  const paths = [...routes.filter((route) => !route.public).map(({ path }) => path.replace(/:\w+/, '%00')), '/api/v1/unknown', '/api/nothing', '/', '/api/v1/traces/%zz', '/api/v1/search?limit=x&limit=y', '/documentation/json'];
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      for (const authorization of [undefined, 'Bearer tt_wrong', 'Basic dHRfdmlld2VyOg==']) {
        const answer = await ask(path, { method, headers: { 'content-type': 'nonsense/;;', ...(authorization === undefined ? {} : { authorization }) }, ...(method === 'POST' ? { body: '{' } : {}) });
        assert.equal(answer.status, 401, `${method} ${path} ${authorization ?? ''}`);
        assert.match(String(answer.headers['www-authenticate']), /^Bearer /);
      }
    }
  }
});

test('healthz and readyz answer without a credential', async () => {
  assert.equal((await ask('/healthz', { headers: {} })).status, 200);
  assert.equal((await ask('/readyz', { headers: {} })).status, 200);
});

test('a viewer reads traces but not the server’s own figures', async () => {
  assert.equal((await ask('/metrics')).status, 403);
  const answer = await ask('/metrics', { headers: { authorization: 'Bearer tt_admin' } });
  assert.deepEqual([answer.status, answer.body], [200, 'up 1\n']);
});

test('a trace is answered as OTLP/JSON, with headers that keep browsers from doing anything with it', async () => {
  const answer = await ask(`/api/v1/traces/${TRACE.toUpperCase()}`);
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.body).resourceSpans[0].scopeSpans[0].spans[0].traceId, TRACE);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['referrer-policy'], 'no-referrer');
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(answer.headers['set-cookie'], undefined);
});

test('errors say what happened, what to do and under which request id', async () => {
  const unknown = await ask('/api/v1/traces/11111111111111111111111111111111');
  assert.equal(unknown.status, 404);
  assert.equal(errorOf(unknown).code, 'not_found');
  assert.match(errorOf(unknown).requestId, /^[0-9a-f]{16}$/);
  assert.ok(errorOf(unknown).advice.length > 10);
  assert.equal(errorOf(await ask('/api/v1/unknown')).code, 'path_unknown');
  assert.equal(errorOf(await ask('/api/v1/traces/xyz')).code, 'query_invalid');
  assert.equal(errorOf(await ask('/api/v1/traces/%zz')).code, 'path_unknown');
  assert.equal((await ask('/api/v1/search', { method: 'HEAD' })).status, 404);
  for (const [body, says] of [['', /the body is empty/], ['{"a', /the body is not JSON/]] as const) assert.match(errorOf(await ask('/api/v1/policy/try', { method: 'POST', headers: { authorization: 'Bearer tt_viewer', 'content-type': 'application/json' }, body })).message, says);
});

test('search takes times, durations, attributes and tags in every notation', async () => {
  const found = async (values: string): Promise<number> => {
    const answer = await ask(`/api/v1/search?${values}`);
    assert.equal(answer.status, 200, answer.body);
    return (JSON.parse(answer.body) as { traces: unknown[] }).traces.length;
  };
  assert.equal(await found(''), 1);
  assert.equal(await found(query({ service: 'shop', operation: 'operation', status: 'unset', kind: 'internal', durationMin: '1ms', durationMax: '1.5s' })), 1);
  for (const start of ['1h', '-2m', '2026-06-01T12:00:00Z', '2026-06-01T14:00:00.000000000+02:00', String(TODAY_MS / 1000), String(TODAY_MS), String(START_NS / 1000n), String(START_NS)]) {
    assert.equal(await found(query({ start })), 1, start);
  }
  assert.equal(await found(query({ start: '2026-06-01T12:00:00.000000001Z' })), 0);
  assert.equal(await found(query({ attribute: 'user.note=it\'s "here"' })), 1);
  assert.equal(await found('attribute=user.note&attribute=service.name=shop'), 1);
  assert.equal(await found('attribute=user.note&attribute=service.name=other'), 0);
  assert.equal(await found(query({ attribute: 'resource:service.name=~sh.p' })), 1);
  assert.equal(await found(query({ tags: '{"service.name":"shop"}' })), 1);
});

test('parameters that are unknown, repeated, too long or of the wrong kind are refused', async () => {
  const many = Array.from({ length: LIMITS.search_attributes_max + 1 }, () => 'attribute=a=b').join('&');
  for (const values of ['nonsense=1', 'service=a&service=b', 'limit=0', 'limit=1001', 'limit=1e9', 'limit=x', 'status=bad', 'kind=9', 'order=sideways', 'start=yesterday', 'start=-', 'end=99999999999999999999', 'durationMin=fast', 'attribute==x', 'attribute=', 'tags=[]', 'tags=x', 'tags={"a":{}}', 'cursor=%20', 'cursor=abc', `service=${'x'.repeat(LIMITS.name_bytes_max + 1)}`, 'start=2026-01-01T00:00:00Z', many]) {
    const answer = await ask(`/api/v1/search?${values}`);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'query_invalid'], values.slice(0, 60));
  }
});

/** Quotes, comments, unions, placeholders, functions, format strings and encodings, each as a whole value. */
const PAYLOADS: readonly string[] = [
  "'", '"', '`', '\\', "\\'", "' OR '1'='1", "') OR 1=1 --", "'; DROP TABLE spans; --", "' UNION ALL SELECT * FROM system.tables --", '/* */ OR 1', '#', '{tenant:String}', "{p0:String}'", '/*conditions*/', '$1', '%s', '%27',
  "' || (SELECT version()) || '", "' FORMAT CSV SETTINGS max_execution_time=0 --", "file('/etc/passwd')", "' INTO OUTFILE '/tmp/x", 'a\u0000b', '\n', '\t', '\\N', 'NULL', 'NaN', '-1', '1e309', '[]', "['a']", '(1)', '\ud800', '\u202e', '(?i)x', '((((', 'a{1000}{1000}', '__proto__',
];

test('no payload in any parameter becomes SQL: the answer is empty or a refusal that quotes nothing of the engine', async () => {
  // Texts that reach the engine travel together where one request takes several, as all filters must hold at once.
  const grouped = (start: string, end = ''): string[] => chunks(PAYLOADS, LIMITS.search_attributes_max).map((some) => `/api/v1/search?${some.map((payload) => query({ attribute: start + payload + end })).join('&')}`);
  const each = (path: (payload: string) => string): string[] => PAYLOADS.map(path);
  const paths = [
    ...['attribute', 'tags', 'durationMin', 'durationMax', 'status', 'kind', 'start', 'end', 'limit', 'order', 'cursor'].flatMap((name) => each((payload) => `/api/v1/search?${query({ [name]: payload })}`)),
    ...each((payload) => `/api/v1/search?${query({ service: payload, operation: payload })}`),
    ...['k=', 'k!=', 'k=~', 'k>', 'resource:k=', 'resource:k!=', 'scope:k=', 'event:k=', 'span:k='].flatMap((start) => grouped(start)),
    ...['k!~', 'resource:k=~'].flatMap((start) => each((payload) => `/api/v1/search?${query({ attribute: start + payload })}`)),
    ...['', 'resource:', 'event:', 'scope:', 'span:'].flatMap((place) => grouped(place, '=v')),
    ...each((payload) => `/api/v1/search?${query({ tags: JSON.stringify({ [payload]: payload }) })}`),
    ...each((payload) => `/api/v1/search?${query({ [payload]: 'x' })}`),
    ...each((payload) => `/api/v1/search?${query({ cursor: Buffer.from(`newest.1.1.${payload}`).toString('base64url') })}`),
    ...each((payload) => `/api/v1/traces/${encodeURIComponent(payload.toWellFormed())}`),
    ...each((payload) => `/api/v1/traces/${encodeURIComponent((TRACE + payload).toWellFormed())}`),
    ...each((payload) => `/api/v1/services/${encodeURIComponent(payload.toWellFormed())}/operations`),
    ...each((payload) => `/api/v1/services?${query({ x: payload })}`),
    ...each((payload) => `/api/v1/accounting?${query({ x: payload })}`),
  ];
  let empties = 0;
  for (const path of paths) {
    const answer = await ask(path);
    assert.ok([200, 400, 404].includes(answer.status), `${answer.status} ${path} ${answer.body}`);
    assert.doesNotMatch(answer.body, /DB::|ClickHouse|SELECT|Exception|Code: [0-9]|system\.|spans WHERE/, path);
    if (answer.status !== 200) continue;
    const { traces = [], operations = [] } = JSON.parse(answer.body) as Record<string, unknown[]>;
    // A limit or a time that reads is an answer of its own.
    if (/attribute|service|operation|tags/.test(path)) assert.equal(traces.length + operations.length, 0, path);
    empties += 1;
  }
  assert.ok(empties > 100, 'the payloads reach the engine');
  assert.deepEqual(failures, []);
  assert.equal((JSON.parse((await ask('/api/v1/search')).body) as { traces: unknown[] }).traces.length, 1);
});

test('a page of another site cannot reach the port by a name of its own (DNS rebinding)', async () => {
  const authorization = 'Bearer tt_viewer';
  for (const host of ['evil.example', 'evil.localhost', 'tracekeep.localhost.evil.example', 'evil.example:4320', 'localhost.evil.example', '127.0.0.1.evil.example', '[::2]:80', '10.0.0.1']) {
    const answer = await ask('/api/v1/services', { headers: { host, authorization } });
    assert.match(`${answer.status} ${answer.body}`, /^421 .*"host_unknown"/, host);
    assert.equal((await ask('/healthz', { headers: { host } })).status, 421);
  }
  for (const host of ['localhost', 'tracekeep.localhost:4320', 'LOCALHOST:4320', '127.0.0.1', '127.0.0.1:1', '[::1]:4320', '[::1]']) assert.equal((await ask('/api/v1/services', { headers: { host, authorization } })).status, 200, host);
});

test('two Authorization headers are refused, whichever comes first', async () => {
  assert.equal((await ask('/api/v1/services', { headers: { authorization: ['Bearer tt_viewer', 'Bearer tt_admin'] } })).status, 401);
});

test('what the HTTP parser refuses is answered as JSON and closed', async () => {
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(running.address.port, '127.0.0.1', () => socket.write(text));
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
    });
  assert.match(await raw('GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 421 [\s\S]*"host_unknown"/);
  assert.match(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"code":"query_invalid"/);
  assert.match(await raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(LIMITS.headers_bytes_max)}\r\n\r\n`), /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/);
});

test('slow senders and readers, idle connections and too many of them have bounds', async () => {
  const app = await createConsole({ address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store, producers: async () => [] }), authenticator, metricsText: async () => '', ready: async () => null });
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections } = app.server as Server;
  assert.deepEqual([headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxConnections], [LIMITS.headers_ms_max, LIMITS.request_ms_max, LIMITS.idle_connection_ms_max, LIMITS.idle_connection_ms_max, LIMITS.connections_max]);
  await app.close();
});

test('accounting balances', async () => {
  const answer = await ask('/api/v1/accounting');
  const shop = { received: 5, stored: 3, refused: 2, dropped: 0, minimized: { email: 4 }, refusedBy: { span_ids: 2 } };
  assert.deepEqual(JSON.parse(answer.body), { totals: shop, producers: [{ id: 'p_1', name: 'shop', ...shop }] });
});

test('answers have exactly the fields that the OpenAPI document says', async () => {
  const document = JSON.parse((await ask('/api/v1/openapi.json')).body) as { paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: Schema }> }> } }> };
  const schemaOf = (path: string): Schema => document.paths[path]?.get.responses['200']?.content['application/json']?.schema ?? {};
  for (const [path, asked] of [['/api/v1/search', ''], ['/api/v1/services', ''], ['/api/v1/services/{service}/operations', '/api/v1/services/shop/operations'], ['/api/v1/accounting', ''], ['/api/v1/routes', ''], ['/api/v1/refusals', ''], ['/api/v1/search/histogram', ''], ['/api/v1/search/points', ''], ['/api/v1/attributes', ''], ['/api/v1/attributes/values', '/api/v1/attributes/values?key=user.note'], ['/api/v1/accounting/history', ''], ['/api/v1/traces/{id}', `/api/v1/traces/${TRACE}`]] as const) {
    sameFields(JSON.parse((await ask(asked || path)).body), schemaOf(path), path);
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function sameFields(value: unknown, schema: Schema, place: string): void {
  if (schema.properties !== undefined) {
    assert.deepEqual(Object.keys(value as object).toSorted(), Object.keys(schema.properties).toSorted(), place);
    for (const [name, inner] of Object.entries(schema.properties)) sameFields((value as Record<string, unknown>)[name], inner, `${place}.${name}`);
  }
  if (schema.items !== undefined) for (const item of value as unknown[]) sameFields(item, schema.items, `${place}[]`);
}

test('the OpenAPI document describes every route with its parameters', async () => {
  const document = JSON.parse((await ask('/api/v1/openapi.json')).body) as { openapi: string; paths: Record<string, { get: { parameters?: { name: string }[] } }> };
  const { routes } = JSON.parse((await ask('/api/v1/routes')).body) as { routes: { path: string }[] };
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(Object.keys(document.paths).toSorted(), routes.map(({ path }) => path.replaceAll(/:(\w+)|([*])/g, '{$1$2}')).toSorted());
  const names = document.paths['/api/v1/search']?.get.parameters?.map(({ name }) => name) ?? [];
  assert.ok(names.includes('attribute') && names.includes('durationMin') && names.includes('cursor'));
});
