/**
 * Attacks on every route of every API with every credential that should not do. The list of routes is the server's own (`GET /api/v1/routes`), so that a new one
 * without a rule fails here; what each role may do is asked of `#access`.
 */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { ACTIONS, createAccess, type Action } from '#access';
import { actorOf } from '#control';
import { DEFAULT_TENANT, ROLES, tenantId, type Role, type TenantId } from '#model';
import { startServer, temporaryFolder, type TestServer } from '#harness';
import { inControl } from '#harness/credentials';
import { ask, exportOf, newTraceId, sendWell, spanOf } from '#harness/exchange';
import { request as exportRequest, span } from '#harness/protobuf';
import { done } from '#refusal/testing';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly action: string;
  readonly public: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly code: string;
}

type Headers = Readonly<Record<string, string | readonly string[]>>;

const DAY_MS = 86_400_000;
const ELSEWHERE = tenantId('elsewhere') as TenantId;
/** Stands in everything of the tenant `default` that others must not see. */
const MARK = 'marked';
const mark = spanOf({ [`${MARK}.key`]: 'marked value' }, { name: `${MARK} operation` });
const TRACE = String(mark['traceId']);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

let server: TestServer;
let routes: readonly Route[];
/** Of the console port, those that ask for a credential. */
let closed: readonly Route[];
let key = '';
let foreignKey = '';
let foreignAdmin = '';
let expired = '';
let revoked = '';
let revokedKey = '';
let ended = '';
let overdue = '';
let session = '';
const tokens = new Map<Role, string>();
const ids = { account: '', producer: '', token: '', finding: '', glass: '' };

before(async () => {
  const data = join(temporaryFolder(), 'data');
  const account = { password: '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', roles: ['admin'] as const };
  await inControl(data, async (control) => {
    const producer = done(await control.addProducer({ tenant: DEFAULT_TENANT, name: `${MARK} producer`, services: ['*'] }));
    [key, ids.producer] = [producer.key.reveal(), producer.producer.id];
    foreignKey = done(await control.addProducer({ tenant: ELSEWHERE, name: 'bank', services: ['*'] })).key.reveal();
    revokedKey = done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'gone', services: ['*'] })).key.reveal();
    done(await control.revokeProducer({ tenant: DEFAULT_TENANT, name: 'gone' }));
    for (const role of ROLES) tokens.set(role, done(await control.addToken({ tenant: DEFAULT_TENANT, roles: [role], name: `${MARK} ${role}` })).secret.reveal());
    foreignAdmin = done(await control.addToken({ tenant: ELSEWHERE, roles: ROLES })).secret.reveal();
    expired = done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ROLES, lifetimeMs: 1 })).secret.reveal();
    const lost = done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ROLES, name: `${MARK} lost` }));
    [revoked, ids.token] = [lost.secret.reveal(), done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ROLES, name: `${MARK} kept` })).token.id];
    done(await control.revokeToken({ tenant: DEFAULT_TENANT, name: `${MARK} lost` }));
    const ada = done(await control.addAccount({ tenant: DEFAULT_TENANT, name: `${MARK} Ada`, ...account }));
    ids.account = ada.id;
    const vic = done(await control.addAccount({ tenant: DEFAULT_TENANT, name: `${MARK} Vic`, ...account, roles: ['viewer'] }));
    ids.glass = done(await control.breakGlass({ tenant: DEFAULT_TENANT, person: vic.id, role: 'investigator', reason: `${MARK} incident 42`, minutes: 30 }, actorOf(vic))).id;
    session = done(await control.startSession(ada)).token.reveal();
    const other = done(await control.startSession(ada));
    ended = other.token.reveal();
    await control.endSession(other.id);
    const now = Date.now();
    await control.recordFindings([{ finding: { tenant: DEFAULT_TENANT, analytic: { uid: 'test', name: 'Test', type_id: 1 }, subject: 'x', severity_id: 2, title: `${MARK} finding`, message: 'x' }, count: 1, first: now, last: now }]);
  });
  await inControl(data, async (control) => void (overdue = done(await control.startSession(done(await control.addAccount({ tenant: DEFAULT_TENANT, name: 'Old', ...account })))).token.reveal()), () => Date.now() - 8 * DAY_MS);
  server = await startServer({ data });
  await sendWell(server, key, exportOf([mark], `${MARK}-service`));
  const admin = bearer(tokens.get('admin') ?? '');
  routes = (JSON.parse((await hit('GET', '/api/v1/routes', admin)).text) as { routes: Route[] }).routes;
  closed = routes.filter((route) => !route.public);
  ids.finding = (JSON.parse((await hit('GET', '/api/v1/findings?limit=100', admin)).text) as { findings: { finding_info: { uid: string; title: string } }[] }).findings.find(({ finding_info }) => finding_info.title.startsWith(MARK))?.finding_info.uid ?? assert.fail();
});
after(() => agent.destroy());

test('there is no route without a rule, and none is public but pages, health, the log and signing in', () => {
  assert.ok(routes.length > 80, `${routes.length} routes`);
  for (const { method, path, action, public: isPublic } of routes) {
    if (!isPublic) assert.ok(ACTIONS.includes(action as Action), `${method} ${path}: no action of #access`);
    else if (action === 'sign.in') assert.match(path, /^\/api\/v1\/session(\/first|\/link|\/provider(\/begin|\/logout)?)?$/);
    else if (action === 'health.read') assert.ok(['/healthz', '/readyz'].includes(path) && method === 'GET', path);
    else if (action === 'log.fetch') assert.ok(['/log/checkpoint', '/log/tile/*'].includes(path) && isRead(method), path);
    else assert.ok(action === 'page.read' && isRead(method) && !/^\/(api|v1|v3|metrics)\b/.test(path), `${method} ${path} is public as ${action}`);
  }
});

test('nobody gets in anywhere without a credential, or with one that is malformed, unknown, expired, revoked or of another kind', async () => {
  const admin = tokens.get('admin') ?? '';
  const jwt = [{ alg: 'none' }, { sub: 'admin', tenant: 'default', roles: ROLES }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const wrong: Readonly<Record<string, readonly [Headers, number]>> = {
    none: [{}, 401],
    empty: [{ authorization: '' }, 401],
    'a scheme alone': [{ authorization: 'Bearer' }, 401],
    'another scheme': [{ authorization: `Basic ${Buffer.from(`admin:${admin}`).toString('base64')}` }, 401],
    'no scheme': [{ authorization: admin }, 401],
    'two at once': [{ authorization: `Bearer ${admin} ${admin}` }, 401],
    'two headers': [{ authorization: [`Bearer ${admin}`, `Bearer ${admin}`] }, 401],
    'cut short': [bearer(admin.slice(0, -1)), 401],
    unknown: [bearer(`tt_${'A'.repeat(admin.length - 3)}`), 401],
    expired: [bearer(expired), 401],
    revoked: [bearer(revoked), 401],
    'an ingest key': [bearer(key), 403],
    'a revoked ingest key': [bearer(revokedKey), 401],
    'a JWT without a signature': [bearer(`${jwt}.`), 401],
    'the token of a session': [bearer(session), 401],
    'a token in a cookie': [{ cookie: `tracekeep_session=${admin}` }, 401],
    'an ended session': [{ cookie: `tracekeep_session=${ended}` }, 401],
    'a session from last week': [{ cookie: `tracekeep_session=${overdue}` }, 401],
    'a token in other headers': [{ 'x-api-key': admin, 'x-auth-token': admin, 'proxy-authorization': `Bearer ${admin}` }, 401],
  };
  for (const { method, path } of closed) {
    const answers = await Promise.all(Object.entries(wrong).map(async ([what, [headers, status]]) => ({ what, status, answer: await hit(method, targetOf(path), headers) })));
    for (const { what, status, answer } of answers) {
      assert.equal(answer.status, status, `${method} ${path} with ${what}: ${answer.text}`);
      assert.ok(!answer.text.includes(MARK) && answer.headers['set-cookie'] === undefined, `${method} ${path} with ${what}`);
    }
    assert.equal((await hit(method, `${targetOf(path)}?token=${admin}&access_token=${admin}`)).status, 401, `${method} ${path} with a token in the address`);
  }
});

test('no role does on any route what #access does not let it, and each does what it may', async () => {
  const access = createAccess();
  const matrix = ROLES.map((role) => ({ role, may: access.actionsOf({ id: 't_0000000000000001', name: 'x', tenant: DEFAULT_TENANT, kind: 'token', roles: [role], groups: [], scopes: null }) }));
  for (const { method, path, action } of closed) {
    // A parameter that nobody knows is refused behind the decision, so that nothing is read or done.
    const answers = await Promise.all(matrix.map(async ({ role, may }) => ({ role, allowed: may.includes(action as Action), answer: await hit(method, `${targetOf(path)}?nothing=1`, bearer(tokens.get(role) ?? '')) })));
    for (const { role, allowed, answer } of answers) assert.equal(answer.code !== 'action_forbidden' && ![401, 403].includes(answer.status), allowed, `${method} ${path} (${action}) as ${role}: ${answer.status} ${answer.text}`);
  }
  // Whatever the policies of #access say, by the roles' names.
  for (const { role, may } of matrix) {
    if (role !== 'admin') for (const action of ['account.change', 'token.change', 'tenant.change'] as const) assert.ok(!may.includes(action), `${role} ${action}`);
    if (['auditor', 'operator', 'key-custodian'].includes(role)) for (const action of ['trace.read', 'trace.search', 'attribute.list'] as const) assert.ok(!may.includes(action), `${role} ${action}`);
    if (['viewer', 'investigator'].includes(role)) assert.deepEqual(may.filter((action) => /\.(change|write|verify)$/.test(action) && !OWN.includes(action)), [], role);
  }
});

test('a cookie without the token of its session changes nothing, and from another page it reads nothing', async () => {
  const cookie = `tracekeep_session=${session}`;
  const { csrf } = JSON.parse((await hit('GET', '/api/v1/session', { cookie })).text) as { csrf: string };
  for (const { method, path } of closed) {
    const target = `${targetOf(path)}?nothing=1`;
    const foreign: Headers[] = [{ cookie, 'x-tracekeep-csrf': csrf, 'sec-fetch-site': 'cross-site' }, { cookie, 'x-tracekeep-csrf': csrf, 'sec-fetch-site': 'same-site' }, { cookie, 'x-tracekeep-csrf': csrf, origin: 'https://evil.example' }];
    const forged: Headers[] = isRead(method) ? foreign : [...foreign, { cookie }, { cookie, 'x-tracekeep-csrf': '' }, { cookie, 'x-tracekeep-csrf': 'guess' }, { cookie, 'x-tracekeep-csrf': [csrf, csrf] }, { cookie, 'x-tracekeep-csrf': csrf, origin: 'null' }];
    for (const headers of forged) {
      const { status, text } = await hit(method, target, headers);
      assert.ok(status === 403 && /did not come from the console/.test(text), `${method} ${path} ${JSON.stringify(Object.entries(headers).slice(1))}: ${status} ${text}`);
    }
  }
  assert.equal((await hit('POST', '/api/v1/tokens?nothing=1', { cookie, 'x-tracekeep-csrf': csrf })).status, 400, 'with it, it is let in');
});

test('another tenant sees nothing of this one on any route, and changes nothing by its ids', async () => {
  const foreign = bearer(foreignAdmin);
  let seen = 0;
  for (const { target, own, other } of await readAll()) {
    if (own.text.includes(MARK)) seen++;
    // The record of what it asked for itself is its own.
    const text = other.text.replaceAll(/"filter":"[^"]*"/g, '');
    assert.ok(!text.includes(MARK), `${target}: ${text}`);
  }
  assert.ok(seen >= 12, `only ${seen} routes show what is marked to who may see it`);
  // These count the spans of all tenants, producer by producer.
  for (const path of ['/metrics', '/api/v1/health']) assert.equal((await hit('GET', path, foreign)).status, 403, path);
  const changes = closed.filter(({ method, path }) => !isRead(method) && /:(id|uid)\b/.test(path));
  assert.ok(changes.length >= 6);
  const before = await snapshot();
  for (const { method, path } of changes) {
    const { status, text } = await hit(method, realOf(path), foreign, BODIES[path]);
    // Jaeger's archive is one that nobody has.
    assert.ok([403, 404].includes(status) || (status === 501 && path === '/api/archive/:id'), `${method} ${path}: ${status} ${text}`);
    assert.ok(!text.includes(MARK), path);
  }
  assert.equal(await snapshot(), before);
});

test('no header changes who somebody is, which tenant they are of, or what they ask for', async () => {
  const claims: Headers = {
    'x-tenant': 'default', 'x-tenant-id': 'default', 'x-scope-orgid': 'default', 'x-org-id': 'default', 'x-tracekeep-tenant': 'default', 'x-remote-user': 'admin', 'remote-user': 'admin', 'x-forwarded-user': 'admin', 'x-forwarded-email': 'ada@example.org', 'x-auth-request-user': 'admin',
    'x-webauth-user': 'admin', 'x-authenticated-user': 'admin', 'x-user': 'admin', 'x-roles': 'admin', 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https', forwarded: 'for=127.0.0.1;host=localhost;proto=https', via: '1.1 localhost',
    'x-original-url': '/metrics', 'x-rewrite-url': '/metrics', 'x-original-uri': '/metrics', 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE', 'x-amzn-oidc-data': 'x', 'x-goog-authenticated-user-email': 'admin', 'cf-access-jwt-assertion': 'x', 'x-ms-client-principal': 'x', baggage: 'tenant=default', traceparent: `00-${newTraceId()}-0000000000000001-01`,
  };
  for (const { method, path } of closed) assert.equal((await hit(method, targetOf(path), claims)).status, 401, `${method} ${path}`);
  const told = async (headers: Headers, path: string, method = 'GET'): Promise<string> => {
    const { status, text } = await hit(method, path, headers);
    // The log grows meanwhile.
    return path === '/log/checkpoint' ? String(status) : `${status} ${text.replaceAll(/"requestId":"\w+"/g, '')}`;
  };
  const viewer = bearer(tokens.get('viewer') ?? '');
  for (const who of [bearer(foreignAdmin), viewer]) {
    for (const path of ['/api/v1/session', '/api/v1/services', '/api/v1/producers', `/api/v1/traces/${TRACE}`, '/healthz', '/log/checkpoint']) assert.equal(await told({ ...who, ...claims }, path), await told(who, path), path);
    // A method in a header is none: nothing was ended, and reading stays reading.
    assert.equal(await told({ ...who, ...claims }, `/api/v1/tokens/${ids.token}`, 'GET'), await told(who, `/api/v1/tokens/${ids.token}`, 'GET'));
    assert.match(await told({ ...who, ...claims }, '/healthz', 'POST'), /^(404|403|401) /);
  }
  // A span goes to the tenant of the key, whatever else the request says.
  const sent = spanOf();
  const response = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: { ...(claims as Record<string, string>), 'content-type': 'application/json', authorization: `Bearer ${foreignKey}` }, body: JSON.stringify(exportOf([sent], 'bank', { 'tenant.id': 'default', tenant: 'default' })) });
  assert.equal(response.status, 200);
  assert.equal((await ask(server, foreignAdmin, `/api/v1/traces/${String(sent['traceId'])}`)).status, 200);
  assert.equal((await hit('GET', `/api/v1/traces/${String(sent['traceId'])}`, viewer)).status, 404);
});

test('no shared cache keeps what needs a credential, and no validator tells one reader what another was answered', async () => {
  const admin = bearer(tokens.get('admin') ?? '');
  for (const { target, own: { status, headers }, other } of await readAll()) {
    assert.equal(headers['cache-control'], 'no-store', `${target}: ${status}`);
    for (const name of ['etag', 'last-modified', 'expires', 'age']) assert.equal(headers[name], undefined, `${target} ${name}`);
    assert.notEqual(other.status, 304, target);
  }
  for (const { method, path } of routes.filter((route) => route.public && route.method === 'GET')) {
    const plain = await hit(method, targetOf(path));
    const control = String(plain.headers['cache-control']);
    assert.ok(['no-store', 'no-cache'].includes(control) || (/^\/(log|assets)\//.test(path) && /^public, /.test(control)), `${path}: ${control}`);
    // What is public is the same for everybody, so that a cache in between gives away nothing.
    for (const headers of [admin, { cookie: `tracekeep_session=${session}` }]) {
      const { status, text } = await hit(method, targetOf(path), headers);
      assert.equal(status, plain.status, path);
      if (status === 200) assert.equal(text, plain.text, path);
    }
  }
});

test('nobody writes over OTLP, HTTP or gRPC, with a credential that is none, lost or for reading', async () => {
  const wrong: readonly (readonly [string, string | null, number, number])[] = [
    ['none', null, 401, 16], ['empty', 'Bearer ', 401, 16], ['another scheme', `Basic ${Buffer.from(`x:${key}`).toString('base64')}`, 401, 16], ['no scheme', key, 401, 16], ['unknown', `Bearer tk_${'A'.repeat(key.length - 3)}`, 401, 16], ['cut short', `Bearer ${key.slice(0, -1)}`, 401, 16], ['revoked', `Bearer ${revokedKey}`, 401, 16],
    ['a JWT', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJzaG9wIn0.', 401, 16], ['a session', `Bearer ${session}`, 401, 16], ['an expired token', `Bearer ${expired}`, 401, 16], ...ROLES.map((role) => [`a token of ${role}`, `Bearer ${tokens.get(role) ?? ''}`, 403, 7] as const),
  ];
  const client = new Client(server.otlpGrpc, credentials.createInsecure());
  const body = Buffer.from(exportRequest([span(Buffer.from(newTraceId(), 'hex'), Buffer.from('0000000000000001', 'hex'), 'x')]));
  const same = (bytes: Buffer): Buffer => bytes;
  for (const [what, authorization, http, grpc] of wrong) {
    for (const path of ['/v1/traces', '/v1/metrics', '/v1/logs', '/v1development/profiles']) {
      const { status } = await fetch(server.otlpHttp + path, { method: 'POST', headers: { 'content-type': 'application/json', cookie: `tracekeep_session=${session}`, ...(authorization !== null && { authorization }) }, body: JSON.stringify(exportOf([spanOf()])) });
      assert.equal(status, http, `${path} with ${what}`);
    }
    const metadata = new Metadata();
    if (authorization !== null) metadata.set('authorization', authorization);
    const code = await new Promise((resolve) => client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', same, same, body, metadata, (error) => resolve(error?.code ?? 0)));
    assert.equal(code, grpc, `gRPC with ${what}`);
  }
  client.close();
  const { totals } = JSON.parse((await ask(server, tokens.get('admin') ?? '', '/api/v1/accounting')).text) as { totals: { received: number } };
  assert.equal(totals.received, 1, 'what was sent before');
});

/** Everybody changes their own. */
const OWN: readonly string[] = ['password.change', 'factor.change'];

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
const bearer = (credential: string): Record<string, string> => ({ authorization: `Bearer ${credential}` });

/** An address of a route that leads to nothing. */
const targetOf = (path: string): string => path.replaceAll(/:\w+/g, '0').replace('*', '0');

/** The address of what is marked, with the parameters that the route needs. */
function realOf(path: string): string {
  const id = path.startsWith('/api/v1/accounts') ? ids.account : path.startsWith('/api/v1/producers') ? ids.producer : path.includes('/tokens/') ? ids.token : path.includes('/break-glass/') ? ids.glass : path.includes('/approvals/') ? 'v_0123456789abcdef' : path.includes('/proposals/') ? 'q_0123456789abcdef' : TRACE;
  const target = path.replace(':uid', ids.finding).replace(/:(spanId)\b/, String(mark['spanId'])).replace(/:(service)\b/, `${MARK}-service`).replace(/:(id|traceId|traceID)\b/, id).replaceAll(/:\w+/g, '1').replace('*', '1');
  const now = Date.now();
  const range = `start=${now - 3_600_000}`;
  const query: Readonly<Record<string, string>> = {
    '/api/v1/search': range, '/api/v1/search/histogram': range, '/api/v1/search/points': range, '/api/v1/attributes/values': `key=${MARK}.key&${range}`, '/api/v1/attributes': range, '/api/v1/log/consistency': 'from=1&to=1', '/api/v1/traces/:id/matches': `q=${MARK}`, '/api/v1/red': range, '/api/v1/map': range, '/api/v1/exposure': range, '/api/traces': `service=${MARK}-service`,
    '/api/operations': `service=${MARK}-service`, '/api/v3/operations': `service=${MARK}-service`, '/api/v3/traces': `query.service_name=${MARK}-service&query.start_time_min=${new Date(now - 3_600_000).toISOString()}&query.start_time_max=${new Date(now + 60_000).toISOString()}`,
  };
  const parameters = query[path];
  return parameters === undefined ? target : `${target}?${parameters}`;
}

interface Both {
  readonly target: string;
  readonly own: Answer;
  /** To the administrator of another tenant, whose cache says that it has the answer. */
  readonly other: Answer;
}
let both: readonly Both[] = [];

/** What there is to read, read once. */
async function readAll(): Promise<readonly Both[]> {
  const cached = { 'if-none-match': '*', 'if-modified-since': new Date(Date.now() + DAY_MS).toUTCString() };
  for (const { method, path } of both.length > 0 ? [] : closed.filter((route) => route.method === 'GET' && route.path !== '/api/v1/search/tail')) {
    const target = realOf(path);
    both = [...both, { target, own: await hit(method, target, bearer(tokens.get('admin') ?? '')), other: await hit(method, target, { ...bearer(foreignAdmin), ...cached }) }];
  }
  return both;
}

/** What changes need in their body, so that they get as far as looking for what they change. */
const BODIES: Readonly<Record<string, object>> = {
  '/api/v1/findings/:uid/status': { status_id: 4, comment: 'x' },
  '/api/v1/traces/:id/reveal': { reason: 'incident 42' },
  '/api/v1/accounts/:id': { roles: ['viewer'] },
  '/api/v1/producers/:id': { services: ['mine'], certificates: [] },
  '/api/v1/producers/:id/certificates/revoke': { fingerprint: '0'.repeat(64) },
};

/** What administrators see of what the attacker has ids of. */
async function snapshot(): Promise<string> {
  const admin = bearer(tokens.get('admin') ?? '');
  const texts: string[] = [];
  for (const path of ['/api/v1/accounts', '/api/v1/producers', '/api/v1/tokens', '/api/v1/access/break-glass', `/api/v1/findings/${ids.finding}`]) texts.push((await hit('GET', path, admin)).text);
  return texts.join('\n');
}

/** A request with exactly these headers. Each answer, whatever it says, keeps browsers from framing and sniffing it. */
function hit(method: string, path: string, headers: Headers = {}, body: object = {}): Promise<Answer> {
  const text = isRead(method) ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${server.console}${path}`, { agent, method, headers: { ...(text !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }), ...headers } as Record<string, string | string[]> }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks).toString();
        const policy = String(response.headers['content-security-policy']);
        if (!policy.includes("frame-ancestors 'none'") || response.headers['x-content-type-options'] !== 'nosniff' || response.headers['access-control-allow-origin'] !== undefined) return void reject(new Error(`${method} ${path} may be framed, sniffed or read by other pages`));
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: whole, code: /"code":"([a-z_]+)"/.exec(whole)?.[1] ?? '' });
      });
    });
    sent.on('error', reject).end(text);
  });
}
