/**
 * Jaeger's HTTP APIs over the real engine: the requests of Jaeger UI and of Grafana's data source as they send them, the envelopes of
 * both versions, tenants, and that no parameter becomes SQL.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import { refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import { createQueries } from './query.ts';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from './testing.ts';

const NOW_MS = TODAY_MS + 60_000;
const SHOP = '0af7651916cd43dd8448eb211c80319c';
const ORPHAN = '11111111111111111111111111111111';
const OTHERS = '22222222222222222222222222222222';
const OLD = '33333333333333333333333333333333';

const reader = (tenant: string): Reader => ({ id: 't_0000000000000001', name: tenant, kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });
const authenticator = createAuthenticator({
  findCredential: (credential) => {
    const tenant = /^tt_([a-z]+)$/.exec(credential)?.[1];
    return tenant === undefined ? refuse('credential_unknown') : { kind: 'token', reader: reader(tenant) };
  },
});

const span = (traceId: string, spanId: string, parent: string, service: string, columns: Readonly<Record<string, unknown>> = {}): TestSpan => ({
  traceId,
  spanId: spanId.padStart(16, '0'),
  tenant: traceId === OTHERS ? 'others' : 'default',
  columns: { parent_span_id: parent.padStart(16, '0'), service, resource: JSON.stringify({ attributes: [{ key: 'service.name', value: { stringValue: service } }, { key: 'host.name', value: { stringValue: 'h1' } }] }), ...columns },
});

let store: TestStore;
let running: RunningConsole;
const failures: string[] = [];

before(async () => {
  store = createTestStore();
  await store.addBlock([
    span(SHOP, 'a1', '', 'frontend', { name: 'GET /cart', kind: 2, duration: '250000000', attributes: { 'http.response.status_code': '500', 'user.note': 'it\'s "here"' }, attribute_types: 'is', status_code: 2, 'minimized.place': ['attributes.user.note'], 'minimized.kind': ['email'], 'minimized.count': [1] }),
    span(SHOP, 'a2', 'a1', 'frontend', { name: 'cart.Get', kind: 3 }),
    span(SHOP, 'a3', 'a2', 'cart', { name: 'cart.Get', kind: 2 }),
    span(SHOP, 'a4', 'a2', 'cart', { name: 'cart.Get', kind: 2 }),
    span(ORPHAN, 'b1', '', 'frontend', { name: 'GET /health', kind: 2 }),
    // Its parent has the id of a span of another trace, which is no parent of it.
    span(ORPHAN, 'b2', 'a3', 'billing/v2 ü', { name: 'bill', kind: 0 }),
    span(OTHERS, 'a1', '', 'frontend', { name: 'secret' }),
    span(OTHERS, 'c2', 'a1', 'cart', { name: 'secret' }),
  ]);
  await store.addBlock([span(OLD, 'd1', '', 'frontend', { name: 'old', start: String(START_NS - 3n * 86_400_000_000_000n) })]);
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 },
    queries: createQueries({ store, producers: async () => [], now_ms: () => NOW_MS, settle_ms: 0 }),
    authenticator,
    metricsText: async () => '',
    ready: async () => null,
    onFailure: (_id, sentence) => failures.push(sentence),
    now_ms: () => NOW_MS,
  });
});
after(async () => {
  await running.stop();
  store.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

async function ask(url: string, token = 'tt_default', method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${running.address.port}${url}`, { method, headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

/** As wide as the tests need it; assertions say what is there. */
interface Body {
  readonly data: readonly UiTrace[] & readonly string[] & readonly { name: string; spanKind: string; parent: string; child: string; callCount: number }[];
  readonly total: number;
  readonly errors: readonly { code: number; msg: string; traceID: string }[] | null;
  readonly services: readonly string[];
  readonly operations: readonly { name: string; spanKind: string }[];
  readonly summaries: readonly Readonly<Record<string, unknown>>[];
  readonly dependencies: readonly unknown[];
  readonly result: { readonly resourceSpans: readonly { scopeSpans: readonly { spans: readonly { traceId: string; spanId: string }[] }[] }[] };
  readonly error: { readonly grpcCode: number; readonly httpCode: number; readonly message: string; readonly httpStatus: string };
}
interface UiTrace {
  readonly traceID: string;
  readonly spans: readonly { readonly spanID: string; readonly tags: readonly { key: string; value: unknown }[]; readonly references: readonly { spanID: string }[]; readonly processID: string }[];
  readonly processes: Readonly<Record<string, { serviceName: string }>>;
}

async function body(url: string, status = 200, token?: string): Promise<Body> {
  const answer = await ask(url, token);
  assert.equal(answer.status, status, `${url} ${answer.text}`);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  return JSON.parse(answer.text) as Body;
}

const query = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString();
const ids = (found: Body): string[] => found.data.map(({ traceID }) => traceID).sort();
const resultIds = (found: Body): string[] => [...new Set(found.result.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId))))].sort();
const sorted = (...list: readonly string[]): string[] => [...list].sort();

const FROM_MS = NOW_MS - 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const RANGE_US = `end=${NOW_MS}000&start=${FROM_MS}000`;

/** What the clients send, byte for byte but for ids and times, and how the test knows that they got what they need. */
const REQUESTS: readonly (readonly [client: string, request: string, expected: unknown, seen: (found: Body) => unknown])[] = [
  // Jaeger UI, main branch: packages/jaeger-ui/src/api/v3/client.ts and src/api/jaeger.ts.
  ['Jaeger UI', '/api/v3/services', ['billing/v2 ü', 'cart', 'frontend'], (found) => found.services],
  ['Jaeger UI', '/api/v3/operations?service=frontend', [['GET /cart', 'server'], ['GET /health', 'server'], ['cart.Get', 'client'], ['old', 'internal']], (found) => found.operations.map(({ name, spanKind }) => [name, spanKind])],
  ['Jaeger UI', `/api/v3/operations?service=${encodeURIComponent('billing/v2 ü')}`, [{ name: 'bill', spanKind: 'internal' }], (found) => found.operations],
  ['Jaeger UI', `/api/v3/trace-summaries?${query({ 'query.serviceName': 'frontend', 'query.operationName': 'GET /cart', 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS), 'query.searchDepth': '20', 'query.durationMin': '100ms', 'query.durationMax': '1.5s', 'query.attributes': '{"http.response.status_code":"500","error":"true"}' })}`, [SHOP], (found) => found.summaries.map(({ traceId }) => traceId)],
  ['Jaeger UI', `/api/traces/${SHOP}`, [4, 'frontend'], ({ data: [trace] }) => [trace?.spans.length, trace?.processes[trace.spans[0]?.processID ?? '']?.serviceName]],
  ['Jaeger UI', `/api/dependencies?endTs=${NOW_MS}&lookback=604800000`, [{ parent: 'frontend', child: 'cart', callCount: 2 }], (found) => found.data],
  // Jaeger UI of the releases with snake_case and span_name.
  ['Jaeger UI 2.19', `/api/v3/trace-summaries?${query({ 'query.service_name': 'frontend', 'query.span_name': 'GET /cart', 'query.start_time_min': iso(FROM_MS), 'query.start_time_max': iso(NOW_MS), 'query.num_traces': '20' })}`, [SHOP], (found) => found.summaries.map(({ traceId }) => traceId)],
  // Jaeger UI before v3: search with whole traces.
  ['Jaeger UI 1.x', `/api/traces?${RANGE_US}&limit=20&lookback=1h&maxDuration&minDuration&service=frontend`, sorted(SHOP, ORPHAN), ids],
  ['Jaeger UI 1.x', `/api/traces?${RANGE_US}&limit=20&lookback=1h&maxDuration&minDuration=200ms&operation=GET%20%2Fcart&service=frontend&tags=%7B%22error%22%3A%22true%22%7D`, [SHOP], ids],
  ['Jaeger UI 1.x', `/api/traces?traceID=${SHOP}&traceID=${ORPHAN}`, sorted(SHOP, ORPHAN), ids],
  ['Jaeger UI 1.x', '/api/operations?service=frontend&spanKind=client', [{ name: 'cart.Get', spanKind: 'client' }], (found) => found.data],
  ['Jaeger UI 1.x', `/api/services/${encodeURIComponent('billing/v2 ü')}/operations`, ['bill'], (found) => found.data],
  // Grafana's Jaeger data source 13.0.1: pkg/jaeger/client.go. Searches in microseconds, traces and dependencies in milliseconds.
  ['Grafana', '/api/services', ['billing/v2 ü', 'cart', 'frontend'], (found) => found.data],
  ['Grafana', '/api/services/frontend/operations', ['GET /cart', 'GET /health', 'cart.Get', 'old'], (found) => found.data],
  ['Grafana', '/api/services/billing/v2%20%C3%BC/operations', ['bill'], (found) => found.data],
  ['Grafana', `/api/traces?end=${NOW_MS}000&limit=20&maxDuration=5s&minDuration=1ms&operation=GET+%2Fcart&service=frontend&start=${FROM_MS}000&tags=%7B%22http.response.status_code%22%3A%22500%22%7D`, [SHOP], ids],
  ['Grafana', `/api/traces/${SHOP}?end=${NOW_MS}&start=${FROM_MS}`, [SHOP], ids],
  ['Grafana', `/api/dependencies?endTs=${NOW_MS}&lookback=3600000`, [{ parent: 'frontend', child: 'cart', callCount: 2 }], (found) => found.data],
  // The same with the feature toggle jaegerEnableGrpcEndpoint: pkg/jaeger/grpc_client.go, times unescaped.
  ['Grafana v3', `/api/v3/traces/${SHOP}?start_time=${iso(FROM_MS).replace('Z', '+00:00')}&end_time=${iso(NOW_MS)}`, [SHOP], resultIds],
  ['Grafana v3', `/api/v3/traces?query.attributes=%7B%22http.response.status_code%22%3A%22500%22%7D&query.duration_min=1ms&query.service_name=frontend&query.start_time_min=${iso(FROM_MS).replace('Z', '+00:00')}&query.start_time_max=${iso(NOW_MS)}`, [SHOP], resultIds],
];

test('clients get what they ask for with the requests they send', async () => {
  for (const [client, request, expected, seen] of REQUESTS) assert.deepEqual(seen(await body(request)), expected, `${client}: ${request}`);
});

test('a v1 trace shows references, typed tags and what was minimized', async () => {
  const { data: [trace], errors } = await body(`/api/traces/${SHOP}`);
  assert.equal(errors, null);
  const first = trace?.spans.find(({ spanID }) => spanID.endsWith('a1'));
  assert.deepEqual(first?.tags.filter(({ key }) => /^(http|error|span|tracekeep)/.test(key)).map(({ key, value }) => [key, value]), [['http.response.status_code', 500], ['span.kind', 'server'], ['error', true], ['tracekeep.minimized', '["attributes.user.note: 1 email"]']]);
  assert.deepEqual(trace?.spans.find(({ spanID }) => spanID.endsWith('a3'))?.references.map(({ spanID }) => spanID), ['00000000000000a2']);
});

test('a v3 summary is one that Jaeger UI’s schema takes', async () => {
  const { summaries } = await body(`/api/v3/trace-summaries?${query({ 'query.serviceName': 'frontend', 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS) })}`);
  const byId = new Map(summaries.map((one) => [one['traceId'], one]));
  assert.deepEqual(byId.get(SHOP), {
    traceId: SHOP, rootServiceName: 'frontend', rootOperationName: 'GET /cart', minStartTimeUnixNano: String(START_NS), maxEndTimeUnixNano: String(START_NS + 250_000_000n), spanCount: 4, errorSpanCount: 1, orphanSpanCount: 0,
    services: [{ name: 'cart', spanCount: 2, errorSpanCount: 0 }, { name: 'frontend', spanCount: 2, errorSpanCount: 1 }],
  });
  assert.equal(byId.get(ORPHAN)?.['orphanSpanCount'], 1);
});

test('trace ids are taken in hexadecimal and base64, raw and prettyPrint as Jaeger takes them', async () => {
  const base64 = Buffer.from(SHOP, 'hex').toString('base64');
  for (const id of [SHOP.toUpperCase(), encodeURIComponent(base64)]) {
    assert.deepEqual(ids(await body(`/api/traces/${id}?raw=true`)), [SHOP]);
    assert.deepEqual(resultIds(await body(`/api/v3/traces/${id}?rawTraces=1`)), [SHOP]);
  }
  assert.match((await ask(`/api/traces/${SHOP}?prettyPrint=true`)).text, /^\{\n {4}"data": \[/);
  assert.match((await ask('/api/services?prettyPrint=false')).text, /^\{"data":\[/);
});

test('nothing found is 200 in v1 searches and summaries, 404 for a trace and in v3', async () => {
  const missing = '4'.repeat(32);
  const times = { 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS) };
  assert.deepEqual(await body('/api/traces?service=nobody'), { data: [], total: 0, limit: 0, offset: 0, errors: null });
  assert.deepEqual(await body('/api/services/nobody/operations'), { data: [], total: 0, limit: 0, offset: 0, errors: null });
  assert.deepEqual(await body(`/api/v3/trace-summaries?${query({ 'query.serviceName': 'nobody', ...times })}`), { summaries: [] });
  assert.deepEqual(await body('/api/v3/operations'), { operations: [] });
  assert.deepEqual(await body(`/api/traces/${missing}`, 404), { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 404, msg: 'trace not found' }] });
  assert.deepEqual(await body(`/api/v3/traces/${missing}`, 404), { error: { grpcCode: 5, httpCode: 404, message: 'No traces found', httpStatus: 'Not Found' } });
  assert.equal((await body(`/api/v3/traces?${query({ 'query.serviceName': 'nobody', ...times })}`, 404)).error.message, 'No traces found');
  const some = await body(`/api/traces?traceID=${SHOP}&traceID=${missing}`);
  assert.deepEqual([ids(some), some.errors], [[SHOP], [{ msg: 'trace not found', traceID: missing }]]);
});

test('traces found that would make the answer too large are named and left out', async () => {
  const [large, small] = ['5'.repeat(32), '6'.repeat(32)];
  store.session.query(`INSERT INTO spans (block, row, day, retention, tenant, trace_id, span_id, name, kind, start, duration, service, resource, scope) SELECT 50, number, '2026-06-01', 'default', 'large', unhex('${large}'), reinterpretAsFixedString(number + 1), 'work', 1, ${START_NS}, 1, 'batch', '{}', '{}' FROM numbers(${LIMITS.trace_spans_max})`);
  store.session.query(`INSERT INTO traces VALUES (reinterpretAsUInt64(unhex('${large.slice(16)}')), 50, 0, ${LIMITS.trace_spans_max - 1}, '2026-06-01', 'default')`);
  await store.addBlock([{ traceId: small, tenant: 'large', columns: { service: 'batch' } }], 100);
  const found = await body('/api/traces?service=batch', 200, 'tt_large');
  assert.deepEqual([ids(found), found.errors?.map(({ traceID }) => traceID)], [[small], [large]]);
  const range = query({ 'query.serviceName': 'batch', 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS) });
  assert.equal((await ask(`/api/v3/traces?${range}`, 'tt_large')).headers['tracekeep-more'], 'true');
  const { summaries } = await body(`/api/v3/trace-summaries?${range}`, 200, 'tt_large');
  assert.deepEqual(summaries.map(({ traceId, spanCount }) => [traceId, spanCount]), [[small, 1], [large, LIMITS.trace_spans_max]]);
});

test('a search without times looks two days back; a range too long is searched at its end', async () => {
  assert.deepEqual(ids(await body('/api/traces?service=frontend&operation=old')), []);
  const answer = await ask('/api/traces?service=frontend&operation=old&start=0');
  assert.deepEqual([answer.headers['tracekeep-clipped'], ids(JSON.parse(answer.text) as Body)], ['true', [OLD]]);
  assert.equal((await ask(`/api/dependencies?endTs=${NOW_MS}&lookback=9999999999999`)).headers['tracekeep-clipped'], 'true');
});

test('what is malformed is refused in the envelope of the version, by the name of the parameter', async () => {
  const times = `query.startTimeMin=${iso(FROM_MS)}&query.startTimeMax=${iso(NOW_MS)}`;
  for (const [path, names] of [
    ['/api/traces', 'service'], ['/api/operations', 'service'], ['/api/traces?service=a&limit=0', 'limit'], ['/api/traces?service=a&minDuration=5', 'minDuration'], ['/api/traces?service=a&start=x', 'start'], ['/api/traces?service=a&tag=x', 'tag'], ['/api/traces?service=a&tags=x', 'tags'],
    ['/api/traces?service=a&raw=x', 'raw'], ['/api/traces?traceID=x', 'traceID'], ['/api/traces/xyz', 'id'], [`/api/traces/${SHOP}?start=x`, 'start'], ['/api/dependencies?endTs=x', 'endTs'], ['/api/dependencies?lookback=1h', 'lookback'], [`/api/traces?service=${'x'.repeat(LIMITS.query_text_bytes_max + 1)}`, 'service'], ['/api/traces?service=a&service=b', 'service'],
  ] as const) {
    const { errors: [error] = [] } = (await body(path, 400)) as { errors?: Body['errors'] & object };
    assert.equal(error?.code, 400);
    assert.match(error?.msg ?? '', new RegExp(`\\b${names}\\b`), path.slice(0, 60));
  }
  for (const [path, names] of [
    ['/api/v3/traces', 'query.startTimeMin'], ['/api/v3/trace-summaries?query.startTimeMin=x&query.startTimeMax=y', 'query.startTimeMin'], [`/api/v3/traces?${times}&query.searchDepth=x`, 'query.searchDepth'], [`/api/v3/traces?${times}&query.durationMin=x`, 'query.durationMin'], [`/api/v3/traces?${times}&query.attributes=x`, 'query.attributes'],
    [`/api/v3/traces?query.startTimeMin=${iso(NOW_MS)}&query.startTimeMax=${iso(FROM_MS)}`, 'query.startTimeMax'], ['/api/v3/traces/xyz', 'trace_id'], [`/api/v3/traces/${SHOP}?startTime=x`, 'startTime'], [`/api/v3/traces/${SHOP}?rawTraces=x`, 'rawTraces'], ['/api/v3/dependencies', 'startTime'], [`/api/v3/dependencies?startTime=${iso(NOW_MS)}&endTime=${iso(FROM_MS)}`, 'endTime'],
  ] as const) {
    const { error } = await body(path, 400);
    assert.deepEqual([error.httpCode, error.grpcCode, error.httpStatus], [400, 3, 'Bad Request']);
    assert.match(error.message, new RegExp(names), path);
  }
});

test('what is no path of Jaeger’s is not one here', async () => {
  for (const path of ['/api/services/a/b', '/api/services/', '/api/v3/nothing', '/api/traces/a/b']) assert.equal((await ask(path)).status, 404, path);
});

test('a request without a token is 401 in the envelope of its version, whatever else is wrong with it', async () => {
  for (const token of ['', 'wrong']) {
    const v1 = await ask('/api/traces?limit=x', token);
    assert.deepEqual([v1.status, (JSON.parse(v1.text) as Body).errors?.[0]?.code, v1.headers['www-authenticate']], [401, 401, 'Bearer realm="tracekeep"']);
    const v3 = await ask('/api/v3/traces', token);
    assert.deepEqual([v3.status, (JSON.parse(v3.text) as Body).error.grpcCode], [401, 16]);
    assert.equal((await ask('/api/transform', token, 'POST')).status, 401);
  }
});

test('what Tracekeep does not answer is 501 with a sentence', async () => {
  const requests = [['POST', `/api/archive/${SHOP}`], ['POST', '/api/transform'], ['GET', '/api/metrics/latencies?service=a&quantile=0.95'], ['GET', '/api/metrics/calls'], ['GET', '/api/metrics/errors'], ['GET', '/api/metrics/minstep'], ['GET', '/api/deep-dependencies'], ['GET', '/api/quality-metrics']] as const;
  for (const [method, path] of requests) {
    const answer = await ask(path, 'tt_default', method);
    assert.equal(answer.status, 501, path);
    assert.ok(((JSON.parse(answer.text) as Body).errors?.[0]?.msg.length ?? 0) > 30);
  }
  const filtered = await ask('/api/v3/traces?filter=%7B%7D');
  assert.deepEqual([filtered.status, (JSON.parse(filtered.text) as Body).error.grpcCode], [501, 12]);
});

test('dependencies count calls between services within a trace, in both versions, narrowed to a service', async () => {
  const range = query({ startTime: iso(FROM_MS), endTime: iso(NOW_MS) });
  assert.deepEqual((await body(`/api/v3/dependencies?${range}`)).dependencies, [{ parent: 'frontend', child: 'cart', callCount: '2' }]);
  assert.deepEqual((await body('/api/dependencies?service=cart')).data.length, 1);
  assert.deepEqual((await body('/api/dependencies?service=billing')).data, []);
  assert.deepEqual((await body(`/api/dependencies?endTs=${FROM_MS}`)).data, []);
});

test('nobody sees another tenant’s spans, services, operations or calls', async () => {
  const times = { 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS) };
  assert.deepEqual((await body('/api/services', 200, 'tt_others')).data, ['cart', 'frontend']);
  assert.deepEqual((await body('/api/v3/operations?service=frontend', 200, 'tt_others')).operations, [{ name: 'secret', spanKind: 'internal' }]);
  assert.deepEqual(ids(await body('/api/traces?service=frontend', 200, 'tt_others')), [OTHERS]);
  assert.deepEqual(ids(await body(`/api/traces?traceID=${SHOP}&traceID=${OTHERS}`, 200, 'tt_others')), [OTHERS]);
  assert.deepEqual((await body('/api/dependencies', 200, 'tt_others')).data, [{ parent: 'frontend', child: 'cart', callCount: 1 }]);
  assert.equal((await ask(`/api/traces/${SHOP}`, 'tt_others')).status, 404);
  assert.equal((await ask(`/api/v3/traces/${OTHERS}`)).status, 404);
  for (const tenant of ['tt_default', 'tt_nobody']) {
    for (const path of ['/api/services', '/api/services/frontend/operations', '/api/operations?service=frontend', '/api/traces?service=frontend', `/api/traces?traceID=${OTHERS}`, '/api/dependencies', '/api/v3/services', '/api/v3/operations?service=frontend', `/api/v3/traces?${query(times)}`, `/api/v3/trace-summaries?${query(times)}`, `/api/v3/dependencies?${query({ startTime: iso(FROM_MS), endTime: iso(NOW_MS) })}`]) {
      const { text } = await ask(path, tenant);
      assert.doesNotMatch(text, /secret|0000c2/, `${tenant} ${path}`);
      if (tenant === 'tt_nobody') assert.doesNotMatch(text, /cart|billing/, path);
    }
  }
});

/** Quotes, comments, unions, placeholders, functions and encodings, each as a whole value. */
const PAYLOADS: readonly string[] = [
  "'", '"', '`', "\\'", "' OR '1'='1", "') OR 1=1 --", "'; DROP TABLE spans; --", "' UNION ALL SELECT * FROM system.tables --", '/* */ OR 1', '{tenant:String}', "{p0:String}'", '/*span*/', '%27', "' || (SELECT version()) || '", "' FORMAT CSV SETTINGS max_execution_time=0 --", "file('/etc/passwd')",
  'a\u0000b', '\n', '\\N', 'NULL', '1e309', "['a']", '\u202e', '((((', '__proto__',
];

test('no payload in any parameter becomes SQL: the answer is empty or a refusal that quotes nothing of the engine', async () => {
  const times = { 'query.startTimeMin': iso(FROM_MS), 'query.startTimeMax': iso(NOW_MS) };
  const paths = PAYLOADS.flatMap((payload) => {
    const path = encodeURIComponent(payload);
    return [
      `/api/services/${path}/operations`, `/api/traces/${path}`, `/api/traces/${SHOP}${path}`, `/api/v3/traces/${path}`,
      ...['service', 'spanKind'].map((name) => `/api/operations?${query({ service: 'cart', [name]: payload })}`),
      `/api/traces?${query({ service: payload, operation: payload })}`,
      ...['minDuration', 'maxDuration', 'start', 'end', 'limit', 'raw', 'traceID'].map((name) => `/api/traces?${query({ service: payload, [name]: payload })}`),
      `/api/traces?${query({ service: 'frontend', tag: `${payload}:${payload}`, tags: JSON.stringify({ [payload]: payload, k: payload }) })}`,
      `/api/traces?${query({ service: payload, [payload]: payload, prettyPrint: payload })}`,
      ...['endTs', 'lookback', 'service'].map((name) => `/api/dependencies?${query({ [name]: payload })}`),
      ...['service', 'spanKind', 'span_kind'].map((name) => `/api/v3/operations?${query({ service: 'cart', [name]: payload })}`),
      `/api/v3/trace-summaries?${query({ ...times, 'query.serviceName': payload, 'query.operationName': payload, 'query.attributes': JSON.stringify({ [payload]: payload }) })}`,
      ...['query.durationMin', 'query.searchDepth', 'query.startTimeMin', 'query.rawTraces', 'query.attributes'].map((name) => `/api/v3/traces?${query({ ...times, 'query.serviceName': payload, [name]: payload })}`),
      ...['startTime', 'endTime'].map((name) => `/api/v3/dependencies?${query({ startTime: iso(FROM_MS), endTime: iso(NOW_MS), [name]: payload })}`),
    ];
  });
  let reached = 0;
  for (const path of paths) {
    const answer = await ask(path);
    assert.ok([200, 400, 404].includes(answer.status), `${answer.status} ${path} ${answer.text}`);
    assert.doesNotMatch(answer.text, /DB::|ClickHouse|SELECT|Exception|Code: [0-9]|system\.|spans WHERE/, path);
    const found = JSON.parse(answer.text) as Partial<Body>;
    if (answer.status !== 200) continue;
    reached += 1;
    // The service that was asked for beside a payload that is no kind of span has operations.
    if (!/prettyPrint|service=cart/.test(path)) assert.equal((found.data ?? found.summaries ?? found.operations ?? []).length, 0, path);
  }
  assert.ok(reached > 100, 'the payloads reach the engine');
  assert.deepEqual(failures, []);
  assert.deepEqual(ids(await body('/api/traces?service=frontend')), sorted(SHOP, ORPHAN));
});

test('the OpenAPI document and the list of routes have all of them', async () => {
  const { paths } = (await body('/api/v1/openapi.json')) as unknown as { paths: Record<string, Record<string, unknown>> };
  const { routes } = (await body('/api/v1/routes')) as unknown as { routes: { method: string; path: string; action: string; public: boolean }[] };
  for (const path of ['/api/services', '/api/services/:service/operations', '/api/operations', '/api/traces', '/api/traces/:id', '/api/dependencies', '/api/v3/services', '/api/v3/operations', '/api/v3/traces', '/api/v3/traces/:id', '/api/v3/trace-summaries', '/api/v3/dependencies']) {
    assert.ok(paths[path.replace(/:(\w+)/, '{$1}')]?.['get'] !== undefined, path);
    assert.ok(routes.some((route) => route.method === 'GET' && route.path === path && !route.public && route.action !== 'none'), path);
  }
  assert.ok(routes.some(({ method, path }) => method === 'POST' && path === '/api/archive/:id'));
});
