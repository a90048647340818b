/**
 * Sign-in as a browser meets it, over a socket: cookies, the second token that changes need, requests that other pages begin, sessions that
 * others plant. The control store is real.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { TOTP } from 'otpauth';
import { createAuthenticator } from '#authenticate';
import { createPasswords, createPeople, type People } from '#authenticate/people';
import { createSignIn, type SignIn } from '#authenticate/sign-in';
import { COMMAND_LINE, ControlStore } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { isRefusal } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import { createQueries } from './query.ts';
import { createTestStore, type TestStore } from './testing.ts';

const PASSWORD = 'a quiet river of glass';
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-sign-in-api-'));
const passwords = createPasswords({ cost: { memory_kib: 64, passes: 1, lanes: 1 } });
const elsewhere = tenantId('elsewhere') as TenantId;

let store: TestStore;
let control: ControlStore;
let people: People;
let signIn: SignIn;
let running: RunningConsole;
let now = Date.now();

before(async () => {
  store = createTestStore();
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  people = createPeople(control, passwords);
  signIn = createSignIn(control, { passwords, now_ms: () => now });
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 },
    queries: createQueries({ store, producers: async () => [], settle_ms: 0 }),
    authenticator: createAuthenticator(control),
    signIn,
    administration: { people, control },
    pages: null,
    metricsText: async () => '',
    ready: async () => null,
  });
  for (const [name, role, tenant] of [['Ada', 'admin', DEFAULT_TENANT], ['Vic', 'viewer', DEFAULT_TENANT], ['Eve', 'admin', elsewhere]] as const) assert.ok(!isRefusal(await people.add({ tenant, name, roles: [role], password: PASSWORD }, COMMAND_LINE)));
});
after(async () => {
  await running.stop();
  store.close();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  now += LIMITS.attempts_forgotten_ms;
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookies: readonly string[];
  readonly body: string;
}

function ask(method: string, path: string, headers: Readonly<Record<string, string | string[]>> = {}, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const typed = body === undefined ? headers : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers };
    const sent = httpRequest({ host: '127.0.0.1', port: running.address.port, path, method, headers: typed, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, cookies: response.headers['set-cookie'] ?? [], body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

const codeOf = ({ status, body }: Answer): string => `${status} ${body === '' ? '' : (JSON.parse(body) as { error?: { code: string } }).error?.code ?? ''}`.trim();
const own = (): string => `http://127.0.0.1:${running.address.port}`;
const page = (): Record<string, string> => ({ host: `127.0.0.1:${running.address.port}`, origin: own(), 'sec-fetch-site': 'same-origin' });

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  readonly device: string;
}

async function browserOf(name: string): Promise<Browser> {
  const answer = await ask('POST', '/api/v1/session', page(), { name, password: PASSWORD });
  assert.equal(answer.status, 200, answer.body);
  const [session = '', device = ''] = answer.cookies.map((cookie) => cookie.split(';')[0] ?? '');
  return { cookie: session, device, csrf: (JSON.parse(answer.body) as { csrf: string }).csrf };
}

const as = ({ cookie, csrf }: Browser, more: Readonly<Record<string, string | string[]>> = {}): Record<string, string | string[]> => ({ ...page(), cookie, 'x-tracekeep-csrf': csrf, ...more });

test('signing in gives a cookie that no script reads and no other site sends, and says who one is and what one may do', async () => {
  const answer = await ask('POST', '/api/v1/session', page(), { name: 'Vic', password: PASSWORD });
  assert.equal(answer.status, 200);
  assert.match(answer.cookies[0] ?? '', /^tracekeep_session=ts_[A-Za-z0-9_-]{49}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
  assert.match(answer.cookies[1] ?? '', /^tracekeep_device=[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Strict$/);
  const view = JSON.parse(answer.body) as { account: { name: string; roles: string[] }; tenant: string; csrf: string; mayDo: string[] };
  assert.deepEqual([view.account.name, view.account.roles[0], view.tenant], ['Vic', 'viewer', 'default']);
  assert.ok(view.mayDo.includes('trace.search') && !view.mayDo.includes('account.change'));
  assert.ok(!answer.body.includes('ts_'), 'the token of the session is in the cookie alone');
  const again = await ask('GET', '/api/v1/session', { cookie: answer.cookies[0]?.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' });
  assert.deepEqual(JSON.parse(again.body), view);
  assert.equal(again.headers['cache-control'], 'no-store');
});

test('unknown name and wrong password are answered alike; too many are told when to come again', async () => {
  const [wrong, unknown] = [await ask('POST', '/api/v1/session', page(), { name: 'Ada', password: 'no' }), await ask('POST', '/api/v1/session', page(), { name: 'Nobody', password: 'no' })];
  const without = ({ body }: Answer): string => body.replace(/"requestId":"[0-9a-f]{16}"/, '');
  assert.deepEqual([codeOf(wrong), without(wrong)], ['401 sign_in_failed', without(unknown)]);
  for (let tries = 0; tries < LIMITS.attempts_account_free; tries++) await ask('POST', '/api/v1/session', page(), { name: 'Ada', password: 'no' });
  const late = await ask('POST', '/api/v1/session', page(), { name: 'Ada', password: PASSWORD });
  assert.deepEqual([codeOf(late), late.headers['retry-after'], late.cookies], ['429 too_many_attempts', '1', []]);
});

test('every route that is not public answers 401 before it looks at body or type; pages and sign-in are public; nothing redirects', async () => {
  const ada = await browserOf('Ada');
  const { routes } = JSON.parse((await ask('GET', '/api/v1/routes', as(ada))).body) as { routes: { method: string; path: string; public: boolean; action: string }[] };
  const open = routes.filter((route) => route.public).map(({ method, path }) => `${method} ${path}`).toSorted();
  const pages = ['/', '/access', '/approvals', '/assets/*', '/audit', '/compare/:a/:b', '/exposure', '/findings', '/forget', '/health', '/ingest', '/integrity', '/keys', '/map', '/policy', '/policy/edit', '/policy/history', '/search', '/services', '/services/:service', '/settings', '/settings/groups', '/settings/people', '/settings/tokens', '/sign-in', '/sign-in/return', '/traces/:id'];
  assert.deepEqual(open, [...pages.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]), 'GET /api/v1/session/first', 'GET /api/v1/session/provider', 'GET /healthz', 'GET /readyz', 'POST /api/v1/session', 'POST /api/v1/session/first', 'POST /api/v1/session/link'].toSorted());
  for (const { method, path, public: isPublic } of routes) {
    const target = path.replaceAll(/:\w+|\*/g, 'x');
    const answer = await ask(method, target, { 'content-type': 'nonsense/;;' }, ['GET', 'HEAD'].includes(method) ? undefined : '{');
    assert.ok(answer.status < 300 || answer.status >= 400, `${method} ${path} redirects`);
    if (isPublic) assert.notEqual(answer.status, 401, `${method} ${path}`);
    else assert.deepEqual([answer.status, answer.cookies], [401, []], `${method} ${path}`);
    for (const cookie of ['tracekeep_session=', 'tracekeep_session=ts_x', `tracekeep_session=${'x'.repeat(4_000)}`]) if (!isPublic) assert.equal((await ask(method, target, { cookie, 'x-tracekeep-csrf': 'x' })).status, 401, `${method} ${path}`);
  }
});

test('a change needs the token of the same session, once', async () => {
  const [ada, other] = [await browserOf('Ada'), await browserOf('Ada')];
  const change = { name: `by ${crypto.randomUUID()}`, services: ['shop'] };
  for (const csrf of [[], [''], [other.csrf], [ada.csrf.slice(0, -1)], [`${ada.csrf}x`], [ada.csrf, ada.csrf], [`${ada.csrf}, ${ada.csrf}`]]) {
    assert.equal(codeOf(await ask('POST', '/api/v1/producers', { ...page(), cookie: ada.cookie, ...(csrf.length === 0 ? {} : { 'x-tracekeep-csrf': csrf }) }, change)), '403 csrf_refused', String(csrf));
  }
  assert.equal((await ask('POST', '/api/v1/producers', as(ada), change)).status, 200);
});

test('requests that another page begins are refused, reading ones too: another site, another port of this host, a frame', async () => {
  const ada = await browserOf('Ada');
  for (const site of ['cross-site', 'same-site', 'nonsense', ['same-origin', 'cross-site'].join(', ')]) {
    for (const [method, path] of [['GET', '/api/v1/services'], ['GET', '/api/v1/session'], ['POST', '/api/v1/producers'], ['DELETE', '/api/v1/session']] as const) {
      assert.equal(codeOf(await ask(method, path, as(ada, { 'sec-fetch-site': site }))), '403 csrf_refused', `${site} ${method} ${path}`);
    }
  }
  for (const origin of ['null', 'https://evil.example', 'http://127.0.0.1:1', 'http://localhost:1', `${own()}.evil.example`]) {
    const { 'sec-fetch-site': _, ...old } = as(ada, { origin });
    assert.equal(codeOf(await ask('DELETE', '/api/v1/session', old)), '403 csrf_refused', origin);
  }
  // Typed into the address bar: reading is fine, changing does not happen that way.
  assert.equal((await ask('GET', '/api/v1/services', as(ada, { 'sec-fetch-site': 'none' }))).status, 200);
  assert.equal(codeOf(await ask('DELETE', '/api/v1/session', as(ada, { 'sec-fetch-site': 'none' }))), '403 csrf_refused');
  // A proxy that ends TLS and writes its own Host: the browser's word counts.
  assert.equal((await ask('GET', '/api/v1/services', as(ada, { origin: 'https://traces.example.com' }))).status, 200);
});

test('no other page signs anybody in, and no form can', async () => {
  const body = { name: 'Vic', password: PASSWORD };
  for (const path of ['/api/v1/session', '/api/v1/session/first', '/api/v1/session/link']) {
    for (const site of ['cross-site', 'same-site', 'none']) assert.equal(codeOf(await ask('POST', path, { ...page(), 'sec-fetch-site': site }, body)), '403 csrf_refused', `${path} ${site}`);
    assert.equal(codeOf(await ask('POST', path, { origin: 'https://evil.example' }, body)), '403 csrf_refused');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) assert.equal(codeOf(await ask('POST', path, { ...page(), 'content-type': type }, JSON.stringify(body))), '415 media_type_unknown', `${path} ${type}`);
  }
});

test('a request with Authorization never uses the cookie', async () => {
  const ada = await browserOf('Ada');
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(ada, { authorization: 'Bearer tt_wrong' }))), '401 credential_unknown');
  const made = await control.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'] });
  assert.ok(!isRefusal(made));
  const view = JSON.parse((await ask('GET', '/api/v1/session', as(ada, { authorization: `Bearer ${made.secret.reveal()}` }))).body) as { account: { id: string }; csrf: null };
  assert.deepEqual([view.account.id, view.csrf], [made.token.id, null]);
  assert.equal(codeOf(await ask('DELETE', '/api/v1/session', { authorization: `Bearer ${made.secret.reveal()}` })), '403 credential_wrong_kind');
  assert.equal(codeOf(await ask('GET', '/api/v1/session', { authorization: `Bearer ${ada.cookie.split('=')[1] ?? ''}` })), '401 credential_unknown', 'a session is no bearer token');
});

test('a session that was planted before signing in is left behind, whatever it was', async () => {
  const planted = await browserOf('Vic');
  const answer = await ask('POST', '/api/v1/session', { ...page(), cookie: planted.cookie }, { name: 'Ada', password: PASSWORD });
  assert.notEqual(answer.cookies[0]?.split(';')[0], planted.cookie);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(planted))), '401 session_over');
  const made = await ask('POST', '/api/v1/session', { ...page(), cookie: `tracekeep_session=ts_${'A'.repeat(49)}` }, { name: 'Ada', password: PASSWORD });
  assert.ok(!(made.cookies[0] ?? '').includes('ts_AAAA'));
});

test('a second session that another port or path plants is never acted upon, and is taken away', async () => {
  const [ada, attacker] = [await browserOf('Ada'), await browserOf('Vic')];
  for (const cookie of [`${ada.cookie}; ${attacker.cookie}`, `${attacker.cookie}; ${ada.cookie}`]) {
    const answer = await ask('GET', '/api/v1/session', as(ada, { cookie }));
    assert.equal(codeOf(answer), '401 session_over');
    const gone = answer.cookies.map((one) => /^tracekeep_session=; Path=(\S+); Max-Age=0; HttpOnly; SameSite=Strict$/.exec(one)?.[1]);
    assert.deepEqual(gone, ['/api', '/api/', '/api/v1', '/api/v1/', '/api/v1/session', '/api/v1/session/'], 'every path but our own');
  }
  // What is no session does not count.
  assert.equal((await ask('GET', '/api/v1/session', as(ada, { cookie: `tracekeep_session=junk; ${ada.cookie}; tracekeep_session=` }))).status, 200);
  assert.equal((await ask('GET', '/api/v1/session', as(ada, { cookie: `${ada.cookie}; ${ada.cookie}` }))).status, 200);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(ada, { cookie: `xtracekeep_session=${ada.cookie.split('=')[1] ?? ''}` }))), '401 credential_missing');
});

test('signing out ends the session and its cookie, everywhere or here', async () => {
  const [one, two, three] = [await browserOf('Ada'), await browserOf('Ada'), await browserOf('Ada')];
  const answer = await ask('DELETE', '/api/v1/session', as(one));
  assert.deepEqual([answer.status, answer.cookies], [204, ['tracekeep_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict']]);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(one))), '401 session_over');
  assert.equal((await ask('GET', '/api/v1/session', as(two))).status, 200);
  assert.equal((await ask('DELETE', '/api/v1/session/all', as(two))).status, 204);
  for (const ended of [two, three]) assert.equal(codeOf(await ask('GET', '/api/v1/session', as(ended))), '401 session_over');
});

test('a new password ends the other sessions and gives this browser a new one', async () => {
  const [one, two] = [await browserOf('Vic'), await browserOf('Vic')];
  assert.equal(codeOf(await ask('POST', '/api/v1/session/password', as(one), { current: 'wrong', password: 'an unlikely heap of snow' })), '401 sign_in_failed');
  const answer = await ask('POST', '/api/v1/session/password', as(one), { current: PASSWORD, password: 'an unlikely heap of snow' });
  assert.equal(answer.status, 200);
  for (const ended of [one, two]) assert.equal(codeOf(await ask('GET', '/api/v1/session', as(ended))), '401 session_over');
  const after: Browser = { ...one, cookie: answer.cookies[0]?.split(';')[0] ?? '', csrf: (JSON.parse(answer.body) as { csrf: string }).csrf };
  assert.equal((await ask('POST', '/api/v1/session/password', as(after), { current: 'an unlikely heap of snow', password: PASSWORD })).status, 200);
});

test('the links: open while nobody has an account, used once', async () => {
  assert.deepEqual(JSON.parse((await ask('GET', '/api/v1/session/first')).body), { open: false });
  assert.equal(codeOf(await ask('POST', '/api/v1/session/first', page(), { link: 'tl_x', name: 'Mallory', password: PASSWORD })), '401 link_unknown');
  const link = signIn.makeLink('Ada');
  assert.ok(!isRefusal(link));
  const answer = await ask('POST', '/api/v1/session/link', page(), { link: link.text.reveal() });
  assert.equal((JSON.parse(answer.body) as { account: { name: string } }).account.name, 'Ada');
  assert.equal(codeOf(await ask('POST', '/api/v1/session/link', page(), { link: link.text.reveal() })), '401 link_unknown');
});

test('bodies that are too large, of the wrong shape or poisoned are refused', async () => {
  for (const body of ['', '{', '[]', '{}', '{"name":"Ada"}', '{"name":"Ada","password":"x","role":"admin"}', '{"name":{"$gt":""},"password":"x"}', '{"name":"Ada","password":"x","__proto__":{"role":"admin"}}', `{"name":"${'x'.repeat(129)}","password":"x"}`, `{"name":"Ada","password":"${'x'.repeat(1_025)}"}`]) {
    assert.match(codeOf(await ask('POST', '/api/v1/session', page(), body)), /^400 /, body.slice(0, 60));
  }
  assert.equal(codeOf(await ask('POST', '/api/v1/session', page(), JSON.stringify({ name: 'Ada', password: 'x'.repeat(20_000) }))), '413 body_too_large');
});

test('a viewer changes nothing but their own session and password', async () => {
  const vic = await browserOf('Vic');
  const { routes } = JSON.parse((await ask('GET', '/api/v1/routes', as(vic))).body) as { routes: { method: string; path: string; public: boolean; action: string }[] };
  const guarded = routes.filter(({ path }) => /^\/(metrics|api\/v1\/(accounts|producers|tokens)\b)/.test(path));
  assert.ok(guarded.length >= 11);
  for (const { method, path } of guarded) assert.equal(codeOf(await ask(method, path.replace(':id', 'a_0000000000000000'), as(vic), method === 'POST' ? '{' : undefined)), '403 action_forbidden', `${method} ${path}`);
});

test('an administrator makes, changes and removes people; their sessions end at once; the last administrator stays', async () => {
  const ada = await browserOf('Ada');
  const made = await ask('POST', '/api/v1/accounts', as(ada), { name: 'Grace', roles: ['viewer'], password: PASSWORD });
  const { account } = JSON.parse(made.body) as { account: { id: string; name: string } };
  assert.match(account.id, /^a_/);
  const list = (await ask('GET', '/api/v1/accounts', as(ada))).body;
  assert.deepEqual((JSON.parse(list) as { accounts: { name: string }[] }).accounts.map(({ name }) => name), ['Ada', 'Vic', 'Grace'], 'those of this tenant');
  assert.ok(!/argon2|password/.test(list + made.body));
  for (const change of [{ roles: ['admin'] }, { password: 'an unlikely heap of snow' }, { password: PASSWORD }]) {
    const grace = await browserOf('Grace').catch(() => null);
    assert.equal((await ask('POST', `/api/v1/accounts/${account.id}`, as(ada), change)).status, 200);
    if (grace !== null) assert.equal(codeOf(await ask('GET', '/api/v1/session', as(grace))), '401 session_over');
  }
  const grace = await browserOf('Grace');
  assert.equal(codeOf(await ask('POST', '/api/v1/accounts', as(ada), { name: 'Grace', roles: ['viewer'], password: PASSWORD })), '409 name_taken');
  assert.equal(codeOf(await ask('POST', `/api/v1/accounts/${account.id}`, as(ada), {})), '400 query_invalid');
  assert.equal((await ask('DELETE', `/api/v1/accounts/${account.id}`, as(ada))).status, 204);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(grace))), '401 session_over');
  const own = (JSON.parse((await ask('GET', '/api/v1/session', as(ada))).body) as { account: { id: string } }).account.id;
  assert.equal(codeOf(await ask('DELETE', `/api/v1/accounts/${own}`, as(ada))), '409 last_admin');
  assert.equal(codeOf(await ask('POST', `/api/v1/accounts/${own}`, as(ada), { roles: ['viewer'] })), '409 last_admin');
});

test('an administrator makes, rotates and revokes producers and tokens; secrets are shown once', async () => {
  const ada = await browserOf('Ada');
  const { producer, key } = JSON.parse((await ask('POST', '/api/v1/producers', as(ada), { name: 'Shop', services: ['shop-*'], backfill: true })).body) as { producer: { id: string }; key: string };
  assert.ok(!isRefusal(control.findCredential(key)));
  const rotated = JSON.parse((await ask('POST', `/api/v1/producers/${producer.id}/rotate`, as(ada), { graceMs: 0 })).body) as { key: string };
  assert.ok(isRefusal(control.findCredential(key)) && !isRefusal(control.findCredential(rotated.key)));
  const { token, secret } = JSON.parse((await ask('POST', '/api/v1/tokens', as(ada), { name: 'grafana', roles: ['viewer'], lifetimeMs: 60_000 })).body) as { token: { id: string }; secret: string };
  assert.ok(!isRefusal(control.findCredential(secret)));
  for (const path of ['/api/v1/producers', '/api/v1/tokens']) assert.ok(!/tk_|tt_|hash/.test((await ask('GET', path, as(ada))).body), path);
  assert.equal((await ask('DELETE', `/api/v1/producers/${producer.id}`, as(ada))).status, 204);
  assert.equal((await ask('DELETE', `/api/v1/tokens/${token.id}`, as(ada))).status, 204);
  assert.ok(isRefusal(control.findCredential(rotated.key)) && isRefusal(control.findCredential(secret)));
  assert.match((await ask('GET', '/api/v1/producers', as(ada))).body, /"name":"Shop","services":\["shop-\*"\],"certificates":\[\],"tokens":\[\],"backfill":true,"createdAt":"[^"]+","revoked":true/);
});

test('whoever is signed in makes, sees and ends their own tokens, and nobody else’s', async () => {
  const [ada, vic] = [await browserOf('Ada'), await browserOf('Vic')];
  const { token, secret } = JSON.parse((await ask('POST', '/api/v1/session/tokens', as(vic), { name: 'script', scopes: ['trace.*'] })).body) as { token: { id: string; person: { name: string }; scopes: string[]; expiresAt: string }; secret: string };
  assert.deepEqual([token.person.name, token.scopes, Date.parse(token.expiresAt) - now], ['Vic', ['trace.*'], LIMITS.token_ms_default]);
  assert.ok(!isRefusal(control.findCredential(secret)));
  assert.match((await ask('GET', '/api/v1/session/tokens', as(vic))).body, /"name":"script"/);
  assert.ok(!(await ask('GET', '/api/v1/session/tokens', as(ada))).body.includes('script'));
  assert.match((await ask('GET', '/api/v1/tokens', as(ada))).body, /"name":"script","person":\{"id":"a_[0-9a-f]{16}","name":"Vic"\},"roles":\["viewer"\],"scopes":\["trace\.\*"\]/);
  assert.equal(codeOf(await ask('DELETE', `/api/v1/session/tokens/${token.id}`, as(ada))), '404 name_unknown');
  assert.equal(codeOf(await ask('POST', '/api/v1/session/tokens', as(vic), { name: 'more', scopes: ['account.change'] })), '403 action_forbidden');
  assert.equal(codeOf(await ask('POST', '/api/v1/tokens', as(ada), { user: 'Eve' })), '404 name_unknown', 'of another tenant');
  assert.equal(codeOf(await ask('POST', '/api/v1/tokens', as(ada), { user: 'Vic', roles: ['admin'] })), '400 role_unknown');
  assert.equal((await ask('DELETE', `/api/v1/session/tokens/${token.id}`, as(vic))).status, 204);
  assert.ok(isRefusal(control.findCredential(secret)));
});

test('one’s own sessions are listed without anything that opens one', async () => {
  const vic = await browserOf('Vic');
  const { body } = await ask('GET', '/api/v1/session/all', as(vic));
  const { sessions } = JSON.parse(body) as { sessions: Record<string, unknown>[] };
  assert.ok(sessions.length > 0 && sessions.every((one) => Object.keys(one).join() === 'isThis,signedInAt,seenAt,expiresAt,network'));
  assert.equal(sessions.filter(({ isThis }) => isThis === true).length, 1);
});

test('a second factor is added, asked for, and reset by an administrator; its secret is told once', async () => {
  const [ada, vic] = [await browserOf('Ada'), await browserOf('Vic')];
  assert.equal(codeOf(await ask('POST', '/api/v1/session/second-factor', as(vic), { password: 'wrong' })), '401 sign_in_failed');
  const { secret, uri } = JSON.parse((await ask('POST', '/api/v1/session/second-factor', as(vic), { password: PASSWORD })).body) as { secret: string; uri: string };
  assert.ok(uri.startsWith('otpauth://totp/Tracekeep:Vic?'));
  const code = (): string => new TOTP({ secret }).generate({ timestamp: now });
  assert.equal(codeOf(await ask('POST', '/api/v1/session/second-factor/confirm', as(vic), { code: '000000' })), '400 code_wrong');
  const added = await ask('POST', '/api/v1/session/second-factor/confirm', as(vic), { code: code() });
  const { csrf, secondFactor, recoveryCodes } = JSON.parse(added.body) as { csrf: string; secondFactor: { recoveryCodesLeft: number }; recoveryCodes: string[] };
  assert.deepEqual([added.status, secondFactor.recoveryCodesLeft, recoveryCodes.length], [200, 10, 10]);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(vic))), '401 session_over');
  const again: Browser = { ...vic, cookie: added.cookies[0]?.split(';')[0] ?? '', csrf };
  const view = (await ask('GET', '/api/v1/session', as(again))).body + (await ask('GET', '/api/v1/accounts', as(ada))).body;
  assert.ok(!view.includes(secret) && !recoveryCodes.some((one) => view.includes(one)));
  assert.match(view, /"name":"Vic"[^}]*"secondFactor":true/);
  assert.equal(codeOf(await ask('POST', '/api/v1/session', { ...page(), cookie: vic.device }, { name: 'Vic', password: PASSWORD })), '401 code_needed');
  now += 30_000;
  assert.equal((await ask('POST', '/api/v1/session', page(), { name: 'Vic', password: PASSWORD, code: code() })).status, 200);
  const renewed = JSON.parse((await ask('POST', '/api/v1/session/recovery-codes', as(again), { password: PASSWORD, code: recoveryCodes[0] })).body) as { recoveryCodes: string[] };
  assert.equal(renewed.recoveryCodes.length, 10);
  const id = (JSON.parse((await ask('GET', '/api/v1/accounts', as(ada))).body) as { accounts: { id: string; name: string }[] }).accounts.find(({ name }) => name === 'Vic')?.id ?? '';
  assert.equal(codeOf(await ask('DELETE', `/api/v1/accounts/${id}/second-factor`, as(await browserOf('Eve')))), '404 name_unknown', 'of another tenant');
  assert.equal((await ask('DELETE', `/api/v1/accounts/${id}/second-factor`, as(ada))).status, 204);
  assert.equal(codeOf(await ask('GET', '/api/v1/session', as(again))), '401 session_over');
  await browserOf('Vic');
});

test('what belongs to another tenant is neither listed nor changed', async () => {
  const [eve, ada] = [await browserOf('Eve'), await browserOf('Ada')];
  const { producer } = JSON.parse((await ask('POST', '/api/v1/producers', as(ada), { name: 'Ours', services: ['*'] })).body) as { producer: { id: string } };
  const { token } = JSON.parse((await ask('POST', '/api/v1/tokens', as(ada), { name: 'ours', roles: ['viewer'] })).body) as { token: { id: string } };
  const { accounts } = JSON.parse((await ask('GET', '/api/v1/accounts', as(ada))).body) as { accounts: { id: string }[] };
  for (const path of ['accounts', 'producers', 'tokens']) assert.ok(!/Ada|Ours|ours/.test((await ask('GET', `/api/v1/${path}`, as(eve))).body), path);
  assert.equal(codeOf(await ask('DELETE', `/api/v1/producers/${producer.id}`, as(eve))), '404 name_unknown');
  assert.equal(codeOf(await ask('POST', `/api/v1/producers/${producer.id}/rotate`, as(eve), {})), '404 name_unknown');
  assert.equal(codeOf(await ask('DELETE', `/api/v1/tokens/${token.id}`, as(eve))), '404 name_unknown');
  assert.equal(codeOf(await ask('DELETE', `/api/v1/accounts/${accounts[0]?.id ?? ''}`, as(eve))), '404 name_unknown');
  assert.equal(codeOf(await ask('POST', `/api/v1/accounts/${accounts[0]?.id ?? ''}`, as(eve), { roles: ['viewer'] })), '404 name_unknown');
});
