/** Attacks on signing in with a provider: answers that are not to what this browser began, other providers' answers, sessions that outlive the provider's. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lastLine, startServer, temporaryFolder, type TestServer, until } from '#harness';
import '#harness/cheap-argon2';
import { verbHere } from '#harness/verbs';
import { newSigningKey, type SigningKey, signToken, TestIssuer } from '#harness/issuer';
import { Browser, CLIENT, freePort, TestProvider } from '#harness/provider';

const LOGOUT = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } };
const secretFile = join(temporaryFolder(), 'secret');
let server: TestServer;
let at: TestProvider;
/** A provider that lies: of the second server. */
let liar: TestIssuer;
let liarKey: SigningKey;
let lied: TestServer;

before(async () => {
  writeFileSync(secretFile, CLIENT.secret, { mode: 0o600 });
  const port = await freePort();
  at = await TestProvider.start({ console: `http://127.0.0.1:${port}`, groups: { ana: ['staff'], bob: ['staff'], eve: ['staff'], cat: ['club'] } });
  const args = (issuer: string): string[] => ['--oidc-issuer', issuer, '--oidc-client-id', CLIENT.id, '--oidc-client-secret-file', secretFile, '--oidc-role', 'staff=viewer', '--oidc-name', 'Staff'];
  liarKey = await newSigningKey('k', 'RS256');
  liar = await TestIssuer.start([liarKey.jwk]);
  [server, lied] = await Promise.all([startServer({ cheapPasswords: true, args: ['--console', `127.0.0.1:${port}`, ...args(at.url)] }), startServer({ cheapPasswords: true, args: args(liar.url) })]);
});
after(() => {
  at.stop();
  liar.stop();
});

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookies: readonly string[];
}

/** As the console's own page asks. */
async function ask(browser: Browser, path: string, { method = 'GET', body, csrf, headers = {}, of = server }: { readonly method?: string; readonly body?: object | string; readonly csrf?: string; readonly headers?: Readonly<Record<string, string>>; readonly of?: TestServer } = {}): Promise<Reply> {
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  const response = await browser.ask(`${of.console}${path}`, { method, headers: { ...(body === undefined ? {} : { 'content-type': type }), ...(csrf === undefined ? {} : { 'x-tracekeep-csrf': csrf }), ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), cookies: response.headers.getSetCookie() };
}

const codeOf = ({ status, body }: Reply): string => (status < 300 ? 'ok' : ((body['error'] as { code: string } | undefined)?.code ?? String(status)));

async function begin(browser: Browser, of = server): Promise<URL> {
  const begun = await ask(browser, '/api/v1/session/provider/begin', { method: 'POST', body: {}, of });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  return new URL(String(begun.body['location']));
}

const come = async (browser: Browser, name: string): Promise<string> => (await browser.signInAt((await begin(browser)).href, name, server.console)).search;
const hand = (browser: Browser, answer: string, of = server): Promise<Reply> => ask(browser, '/api/v1/session/provider', { method: 'POST', body: { answer }, of });

/** The CSRF token of the new session. */
async function signIn(browser: Browser, name: string): Promise<string> {
  const reply = await hand(browser, await come(browser, name));
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return String(reply.body['csrf']);
}

test('people sign in with the provider, in a session of their own that no page can read and no other site’s request carries', async () => {
  const browser = new Browser();
  assert.deepEqual((await ask(browser, '/api/v1/session/provider')).body, { provider: { name: 'Staff' } });
  const location = await begin(browser);
  // Pushed: nothing of the request is in the address.
  assert.deepEqual([...location.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const search = (await browser.signInAt(location.href, 'ana', server.console)).search;
  assert.ok(search.includes('iss='), 'the provider names itself');
  const reply = await hand(browser, search);
  assert.equal(reply.status, 200);
  assert.deepEqual([(reply.body['account'] as { roles: string[] }).roles, reply.body['issuer']], [['viewer'], at.url]);
  for (const line of reply.cookies) assert.match(line, /HttpOnly; SameSite=Strict/);
  assert.equal((await ask(browser, '/api/v1/services')).status, 200);
  assert.equal(codeOf(await hand(new Browser(), (await come(new Browser(), 'cat')))), 'provider_answer_invalid');
  const cat = new Browser();
  assert.equal(codeOf(await hand(cat, await come(cat, 'cat'))), 'provider_no_role');
});

test('nobody is signed in by an answer that was given to another browser, to none, twice, or to nothing that was asked', async () => {
  const [victim, attacker] = [new Browser(), new Browser()];
  const stolen = await come(attacker, 'eve');
  await begin(victim);
  assert.equal(codeOf(await hand(victim, stolen)), 'provider_answer_invalid', 'login CSRF: the attacker’s answer in the victim’s browser');
  assert.equal(codeOf(await hand(new Browser(), stolen)), 'provider_answer_invalid');
  // With the attacker's cookie planted beside the victim's own.
  const name = 'tracekeep_provider';
  assert.equal(codeOf(await ask(new Browser(), '/api/v1/session/provider', { method: 'POST', body: { answer: stolen }, headers: { cookie: `${name}=${victim.cookie(server.console, name)}; ${name}=${attacker.cookie(server.console, name)}` } })), 'provider_answer_invalid');
  const own = await come(victim, 'ana');
  const code = new URLSearchParams(own).get('code') ?? '';
  const state = new URLSearchParams(own).get('state') ?? '';
  const injected = new URLSearchParams(stolen).get('code') ?? '';
  for (const wrong of ['', '?', `?code=${code}`, `?code=${code}&state=${state}x`, `?code=${code}&state=`, `?code=${code}&state=${state}&state=${state}`, `?state=${state.toUpperCase()}&code=${code}`]) assert.equal(codeOf(await hand(victim, wrong)), 'provider_answer_invalid', wrong);
  for (const cookie of ['', 'x', `${victim.cookie(server.console, name)}x`, `${victim.cookie(server.console, name)}`.replace(/\.\d+\./, '.9999999999999.'), '..', '__proto__']) {
    assert.equal(codeOf(await ask(new Browser(), '/api/v1/session/provider', { method: 'POST', body: { answer: own }, headers: { cookie: `${name}=${cookie}` } })), 'provider_answer_invalid', cookie);
  }
  // A code of somebody else, with a state of one's own: the verifier is not that code's.
  const answer = await hand(victim, `?code=${injected}&state=${state}&iss=${encodeURIComponent(at.url)}`);
  assert.equal(codeOf(answer), 'provider_refused');
  assert.equal(codeOf(await hand(victim, own)), 'provider_answer_invalid', 'what was begun is completed once');
  const again = await come(victim, 'ana');
  assert.equal(codeOf(await hand(victim, again)), 'ok');
  assert.equal(codeOf(await hand(victim, again)), 'provider_answer_invalid', 'replayed');
});

test('an answer that names another provider, or refuses, signs nobody in, and its words reach no page', async () => {
  const browser = new Browser();
  for (const more of [`&iss=${encodeURIComponent('https://evil.example')}`, '', `&iss=${encodeURIComponent(at.url)}&iss=x`]) {
    const query = new URLSearchParams(await come(browser, 'ana'));
    assert.equal(codeOf(await hand(browser, `?code=${query.get('code')}&state=${query.get('state')}${more}`)), 'provider_answer_invalid', more);
  }
  const refusedState = new URLSearchParams(await come(browser, 'ana')).get('state');
  const refused = await hand(browser, `?error=access_denied&error_description=${encodeURIComponent('<script>call 555-0100')}&state=${refusedState}&iss=${encodeURIComponent(at.url)}`);
  assert.equal(codeOf(refused), 'provider_refused');
  assert.ok(!JSON.stringify(refused.body).includes('555-0100'));
  const oddState = new URLSearchParams(await come(browser, 'ana')).get('state');
  assert.ok(!JSON.stringify((await hand(browser, `?error=${encodeURIComponent('"><b>')}&state=${oddState}&iss=${encodeURIComponent(at.url)}`)).body).includes('<b>'));
});

test('nobody else’s page begins or completes a sign-in, and no address leads anywhere else', async () => {
  const browser = new Browser();
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }] as readonly Record<string, string>[]) {
    assert.equal(codeOf(await ask(browser, '/api/v1/session/provider/begin', { method: 'POST', body: {}, headers })), 'csrf_refused');
    assert.equal(codeOf(await ask(browser, '/api/v1/session/provider', { method: 'POST', body: { answer: '' }, headers })), 'csrf_refused');
  }
  // A form can be sent from anywhere: only the provider's own route takes one.
  for (const path of ['/api/v1/session/provider', '/api/v1/session/provider/begin', '/api/v1/session']) assert.equal((await ask(browser, path, { method: 'POST', body: 'answer=x' })).status, 415, path);
  for (const path of ['/sign-in/return?code=x&state=y', '/sign-in/return?to=https://evil.example', '/sign-in/return?to=//evil.example']) {
    const response = await browser.ask(`${server.console}${path}`);
    assert.equal(response.headers.get('location'), null, path);
    assert.equal(response.headers.getSetCookie().length, 0, path);
  }
  assert.equal((await fetch(`${server.console}/api/v1/session/provider?answer=x`, { redirect: 'manual' })).status, 400);
  // The address to come back to is made of the host that was asked for, which has to be one of ours.
  const port = new URL(server.console).port;
  const status = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/session/provider/begin', method: 'POST', headers: { host: 'evil.example', 'content-type': 'application/json' } }, (reply) => resolve(reply.resume().statusCode)).on('error', reject).end('{}');
  });
  assert.equal(status, 421);
});

test('whoever had a session in the browser before has none after, and its token is another', async () => {
  const browser = new Browser();
  await signIn(browser, 'ana');
  const planted = browser.cookie(server.console, 'tracekeep_session') ?? '';
  await signIn(browser, 'ana');
  assert.notEqual(browser.cookie(server.console, 'tracekeep_session'), planted);
  const fixed = new Browser();
  fixed.plant(server.console, 'tracekeep_session', planted);
  assert.equal(codeOf(await ask(fixed, '/api/v1/session')), 'session_over');
});

test('a session is over when its person signs out at the provider', async () => {
  const [one, two, other] = [new Browser(), new Browser(), new Browser()];
  const csrf = await signIn(one, 'ana');
  await signIn(two, 'ana');
  await signIn(other, 'bob');
  // Another program of the same provider, where they sign out, would lead to the same page.
  const { body } = await ask(one, '/api/v1/session', { method: 'DELETE', csrf });
  assert.equal(codeOf(await ask(one, '/api/v1/session')), 'credential_missing');
  assert.ok((await one.signOutAt(String(body['leave']))).startsWith(`${server.console}/sign-in`));
  const again = new Browser();
  await signIn(again, 'ana');
  const leave = `${at.url}/session/end?client_id=${CLIENT.id}`;
  await again.signOutAt(leave);
  await until(async () => codeOf(await ask(again, '/api/v1/session')) === 'session_over', 'the provider’s word ended it', 5_000);
  assert.equal(codeOf(await ask(two, '/api/v1/session')), 'ok', 'another session at the provider goes on');
  assert.equal(codeOf(await ask(other, '/api/v1/session')), 'ok');
});

test('nobody but the provider ends sessions by a logout token', async () => {
  const out = (logout_token: string, of = lied): Promise<Reply> => ask(new Browser(), '/api/v1/session/provider/logout', { method: 'POST', body: new URLSearchParams({ logout_token }).toString(), of });
  const claims = { ...LOGOUT, iss: liar.url, aud: CLIENT.id, sub: 'ana', jti: 'one' };
  const foreign = await newSigningKey('k', 'RS256');
  const now = Math.floor(Date.now() / 1_000);
  const wrong: Readonly<Record<string, Promise<string>>> = {
    'another key': signToken(foreign, claims, { typ: 'logout+jwt' }),
    'another issuer': signToken(liarKey, { ...claims, iss: at.url }, { typ: 'logout+jwt' }),
    'another audience': signToken(liarKey, { ...claims, aud: 'other' }, { typ: 'logout+jwt' }),
    'no event': signToken(liarKey, { ...claims, events: undefined }, { typ: 'logout+jwt' }),
    'another event': signToken(liarKey, { ...claims, events: { x: {} } }, { typ: 'logout+jwt' }),
    'a nonce, as ID tokens have': signToken(liarKey, { ...claims, nonce: 'n' }, { typ: 'logout+jwt' }),
    'an ID token': signToken(liarKey, { iss: liar.url, aud: CLIENT.id, sub: 'ana', nonce: 'n' }),
    'a token of a workload': signToken(liarKey, { iss: liar.url, aud: CLIENT.id, sub: 'ana' }, { typ: 'at+jwt' }),
    'nobody': signToken(liarKey, { ...claims, sub: undefined } as never, { typ: 'logout+jwt' }),
    'no id': signToken(liarKey, { ...claims, jti: undefined } as never, { typ: 'logout+jwt' }),
    'no end': signToken(liarKey, { ...claims, exp: undefined } as never, { typ: 'logout+jwt' }),
    'too old': signToken(liarKey, { ...claims, iat: now - 3_600 }, { typ: 'logout+jwt' }),
    'no algorithm': Promise.resolve(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ ...claims, iat: now, exp: now + 60 })).toString('base64url')}.`),
    'nothing': Promise.resolve(''),
  };
  for (const [what, token] of Object.entries(wrong)) assert.equal(codeOf(await out(await token)), 'logout_token_invalid', what);
  const good = await signToken(liarKey, claims, { typ: 'logout+jwt' });
  assert.equal((await out(good)).status, 204);
  assert.equal(codeOf(await out(good)), 'logout_token_invalid', 'once');
  assert.equal((await ask(new Browser(), '/api/v1/session/provider/logout', { method: 'POST', body: new URLSearchParams({ logout_token: good }).toString(), headers: { origin: 'https://evil.example' }, of: lied })).status, 403);
});

test('an ID token that is not the provider’s word on this sign-in signs nobody in', async () => {
  const now = Math.floor(Date.now() / 1_000);
  let nonce = '';
  const claims = (): Record<string, unknown> => ({ iss: liar.url, aud: CLIENT.id, sub: 'ana', nonce, groups: ['staff'], name: 'Ana', iat: now, exp: now + 600 });
  const unsigned = (): string => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.`;
  const foreign = await newSigningKey('k', 'RS256');
  const attempt = async (idToken: () => Promise<string> | string, userinfo: object = {}): Promise<string> => {
    liar.instead = lie(idToken, userinfo);
    const browser = new Browser();
    const location = await begin(browser, lied);
    nonce = location.searchParams.get('nonce') ?? '';
    assert.deepEqual([location.searchParams.get('code_challenge_method'), location.searchParams.get('response_type')], ['S256', 'code']);
    return codeOf(await hand(browser, `?code=x&state=${location.searchParams.get('state')}`, lied));
  };
  const wrong: Readonly<Record<string, () => Promise<string> | string>> = {
    'no signature': unsigned,
    'the key of somebody else': () => signToken(foreign, claims() as never),
    'no nonce': () => signToken(liarKey, { ...claims(), nonce: undefined } as never),
    'the nonce of another sign-in': () => signToken(liarKey, { ...claims(), nonce: 'other' } as never),
    'another audience': () => signToken(liarKey, { ...claims(), aud: 'other' } as never),
    'another party': () => signToken(liarKey, { ...claims(), aud: [CLIENT.id, 'other'], azp: 'other' } as never),
    'another issuer': () => signToken(liarKey, { ...claims(), iss: at.url } as never),
    'expired': () => signToken(liarKey, { ...claims(), exp: now - 600, iat: now - 1_200 } as never),
    'no subject': () => signToken(liarKey, { ...claims(), sub: undefined } as never),
    'none at all': () => '',
  };
  for (const [what, idToken] of Object.entries(wrong)) assert.notEqual(await attempt(idToken), 'ok', what);
  // Groups that the userinfo endpoint says of another subject are nobody's.
  assert.notEqual(await attempt(() => signToken(liarKey, { ...claims(), groups: undefined } as never), { sub: 'boss', groups: ['staff'] }), 'ok');
  assert.equal(await attempt(() => signToken(liarKey, { ...claims(), groups: undefined } as never), { sub: 'ana', groups: ['staff'] }), 'ok');
  assert.equal(await attempt(() => signToken(liarKey, { ...claims(), groups: ['Staff', 'staff ', '__proto__', 'constructor'] } as never)), 'provider_no_role');
});

test('a provider that is down keeps nobody out but its own people, who are told', async () => {
  liar.stop();
  const password = lastLine(await verbHere(['user', 'add', 'Root', '--role', 'admin', '--data', lied.data]));
  const other = new Browser();
  const [own, theirs] = await Promise.all([
    ask(new Browser(), '/api/v1/session', { method: 'POST', body: { name: 'Root', password }, of: lied }),
    // What was fetched of it before still counts; its token endpoint does not answer.
    begin(other, lied).then((location) => hand(other, `?code=x&state=${location.searchParams.get('state')}`, lied)),
  ]);
  assert.equal(own.status, 200, JSON.stringify(own.body));
  assert.equal(codeOf(theirs), 'provider_unavailable');
  assert.match((theirs.body['error'] as { advice: string }).advice, /Accounts of this server sign in/);
});

/** A description, and a token endpoint that gives whatever ID token it is told to. */
function lie(idToken: () => Promise<string> | string, userinfo: object): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const json = (value: object): boolean => Boolean(response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value)));
    if (request.url === '/.well-known/openid-configuration') return json({ issuer: liar.url, jwks_uri: `${liar.url}/keys`, authorization_endpoint: `${liar.url}/auth`, token_endpoint: `${liar.url}/token`, userinfo_endpoint: `${liar.url}/me`, id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'], subject_types_supported: ['public'], response_types_supported: ['code'] });
    if (request.url === '/me') return json(userinfo);
    if (request.url !== '/token') return false;
    void Promise.resolve(idToken()).then((token) => json({ access_token: 'a', token_type: 'Bearer', ...(token === '' ? {} : { id_token: token }) }));
    return true;
  };
}
