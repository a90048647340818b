/** Attacks on people who sign in, against the real server: guessing, stolen and planted sessions, links, pages of others, floods of passwords. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { before, test } from 'node:test';
import { TOTP } from 'otpauth';
import { addProducer, createToken, lastLine, startServer, type TestServer, tracekeep, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { assertUnharmed } from '#harness/aftermath';
import { ask, exportOf, sendWell, spanOf } from '#harness/exchange';
import { LIMITS } from '#limits';
import type { Role } from '#model';

const PASSWORD = 'a quiet river of glass';
let server: TestServer;
let key = '';
let token = '';
let link = '';
let saidBefore = '';

before(async () => {
  // What passwords cost matters to those who guess at them and send floods of them, at the end.
  server = await startServer({ cheapPasswords: true });
  await until(() => server.stderr.includes('#first='), 'a link is printed');
  link = /#first=(\S+)/.exec(server.stderr)?.[1] ?? '';
  [key, token] = [await addProducer(server.data, 'shop'), await createToken(server.data, 'admin')];
});

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with exactly these headers, which fetch would not send. */
function hit(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: object): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const typed = body === undefined ? headers : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${server.console}${path}`, { method, headers: typed, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, cookies: response.headers['set-cookie'] ?? [], headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

const codeOf = ({ status, body }: Answer): string => `${status} ${/"code":"([a-z_]+)"/.exec(body)?.[1] ?? ''}`.trim();
const signIn = (name: string, password: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => hit('POST', '/api/v1/session', headers, { name, password });
const cookieOf = ({ cookies }: Answer): string => cookies[0]?.split(';')[0] ?? '';
const csrfOf = ({ body }: Answer): string => (JSON.parse(body) as { csrf: string }).csrf;

test('the first account is made with the printed link alone, once, and nobody makes it before', async () => {
  const guesses = ['', 'tl_', link.slice(0, -1), `${link}A`, link.toLowerCase(), token, key];
  for (const guess of guesses) assert.equal(codeOf(await hit('POST', '/api/v1/session/first', {}, { link: guess, name: 'Mallory', password: PASSWORD })), '401 link_unknown');
  assert.equal(codeOf(await hit('POST', '/api/v1/session/first', { 'sec-fetch-site': 'same-site' }, { link, name: 'Mallory', password: PASSWORD })), '403 csrf_refused');
  const made = await Promise.all(['Ada', 'Mallory', 'Trudy'].map((name) => hit('POST', '/api/v1/session/first', {}, { link, name, password: PASSWORD })));
  assert.deepEqual(made.map(({ status }) => status).toSorted(), [200, 401, 401]);
  assert.equal(codeOf(await hit('POST', '/api/v1/session/first', {}, { link, name: 'Late', password: PASSWORD })), '401 link_unknown');
  const { accounts } = JSON.parse((await hit('GET', '/api/v1/accounts', { authorization: `Bearer ${token}` })).body) as { accounts: unknown[] };
  assert.equal(accounts.length, 1);
  assert.match((await verbHere(['user', 'link', '--data', server.data])).stderr, /name_taken/);
});

test('a stolen cookie changes nothing without the token beside it, and is worth nothing after sign-out, a new password, another role or removal', async () => {
  const ends = [['sign-out'], ['password'], ['role', '--role', 'admin'], ['remove']];
  for (const [verb = '', ...more] of ends) {
    const name = `Victim of ${verb}`;
    await addUser(name, 'viewer');
    const answer = await signInWell(name);
    const cookie = cookieOf(answer);
    assert.equal(codeOf(await hit('DELETE', '/api/v1/session/all', { cookie })), '403 csrf_refused');
    assert.equal(codeOf(await hit('POST', '/api/v1/session/password', { cookie, 'x-tracekeep-csrf': 'guess' }, { current: PASSWORD, password: 'an unlikely heap of snow' })), '403 csrf_refused');
    assert.equal((await hit('GET', '/api/v1/session', { cookie })).status, 200);
    assert.equal((await tracekeep(['user', verb, name, ...more, '--data', server.data])).code, 0);
    assert.equal(codeOf(await hit('GET', '/api/v1/session', { cookie })), '401 session_over', `at once after ${verb}`);
    assert.equal(codeOf(await hit('DELETE', '/api/v1/session', { cookie, 'x-tracekeep-csrf': csrfOf(answer) })), '401 session_over');
  }
});

test('pages of other sites and other ports neither read nor change anything with the session of who opens them', async () => {
  await addUser('Opener', 'admin');
  const answer = await signInWell('Opener');
  const [cookie, csrf] = [cookieOf(answer), csrfOf(answer)];
  const foreign: Readonly<Record<string, string>>[] = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'http://127.0.0.1:3000' }, { origin: 'null' }];
  for (const headers of foreign) {
    for (const [method, path] of [['POST', '/api/v1/producers'], ['POST', '/api/v1/accounts'], ['DELETE', '/api/v1/session/all'], ['GET', '/api/v1/search'], ['GET', '/api/traces?service=shop']] as const) {
      const { status, headers: back } = await hit(method, path, { ...headers, cookie, 'x-tracekeep-csrf': csrf }, method === 'POST' ? { name: 'x' } : undefined);
      assert.deepEqual([status, back['access-control-allow-origin']], [403, undefined], `${JSON.stringify(headers)} ${method} ${path}`);
    }
    assert.equal((await hit('POST', '/api/v1/session', headers, { name: 'Opener', password: PASSWORD })).status, 403, 'nor sign anybody in');
  }
});

test('a session that somebody planted is neither adopted at sign-in nor acted upon beside the real one', async () => {
  await addUser('Real', 'viewer');
  await addUser('Planter', 'viewer');
  const planted = cookieOf(await signInWell('Planter'));
  const real = await signInWell('Real', { cookie: planted });
  assert.notEqual(cookieOf(real), planted);
  assert.equal(codeOf(await hit('GET', '/api/v1/session', { cookie: planted })), '401 session_over', 'it ended when somebody else signed in over it');
  const again = cookieOf(await signInWell('Planter'));
  for (const cookie of [`${again}; ${cookieOf(real)}`, `${cookieOf(real)}; ${again}`]) {
    const both = await hit('GET', '/api/v1/session', { cookie });
    assert.equal(codeOf(both), '401 session_over');
    assert.ok(both.cookies.length > 0 && both.cookies.every((one) => /Max-Age=0/.test(one) && !/Path=\/;/.test(one)), 'the planted paths are taken away');
  }
  assert.equal((await hit('GET', '/api/v1/session', { cookie: `tracekeep_session=ts_${'x'.repeat(49)}; ${cookieOf(real)}` })).status, 200);
});

test('every page, with or without a build, lets no script but its own run, is in no frame and leads nowhere else', async () => {
  for (const path of ['/', '/search', '/sign-in', '/settings', `/traces/${'a'.repeat(32)}`, '/services/x', '/compare/a/b', '/assets/none.js', '/sign-in?to=https://evil.example', '/search?q=%3Cscript%3Ealert(1)%3C/script%3E', '//evil.example']) {
    const { status, headers, body } = await hit('GET', path);
    assert.ok(status < 300 || status >= 400, `${path} redirects`);
    assert.equal(headers['set-cookie'], undefined, path);
    assert.ok(!body.includes('alert(1)') && !body.includes('evil.example'), path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.match(policy, /base-uri 'none'/, path);
    assert.match(policy, /form-action 'none'/, path);
    assert.ok(!/unsafe-|data: script|\*/.test(policy), path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    if (status === 200) assert.match(policy, /require-trusted-types-for 'script'/, path);
  }
  for (const path of ['/assets/../package.json', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/README.md', '/assets/%00']) assert.ok((await hit('GET', path)).status >= 400, path);
});

/** A second factor for somebody, as their own pages add it. */
async function addFactor(name: string): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[]; readonly code: string }> {
  await addUser(name, 'viewer');
  const answer = await signInWell(name);
  const headers = { cookie: cookieOf(answer), 'x-tracekeep-csrf': csrfOf(answer) };
  const { secret } = JSON.parse((await hit('POST', '/api/v1/session/second-factor', headers, { password: PASSWORD })).body) as { secret: string };
  const code = codeAt(secret, Date.now());
  const added = await hit('POST', '/api/v1/session/second-factor/confirm', headers, { code });
  assert.equal(added.status, 200, added.body);
  assert.equal(codeOf(await hit('GET', '/api/v1/session', headers)), '401 session_over', 'what began without a code ended');
  return { secret, code, recoveryCodes: (JSON.parse(added.body) as { recoveryCodes: string[] }).recoveryCodes };
}

const codeAt = (secret: string, ms: number): string => new TOTP({ secret }).generate({ timestamp: ms });
const signInWith = (name: string, code: string): Promise<Answer> => hit('POST', '/api/v1/session', {}, { name, password: PASSWORD, code });

test('a stranger learns neither which names exist, nor that a password was right where a code is asked for', async () => {
  const { recoveryCodes } = await addFactor('Tess');
  const asked = [{ name: 'Nobody at all', password: PASSWORD }, { name: 'Tess', password: 'not the password of Tess' }, { name: 'Tess', password: PASSWORD }, { name: 'Tess', password: PASSWORD, code: '000000' }, { name: 'Tess', password: 'not the password of Tess', code: recoveryCodes[0] }];
  const answers = [];
  for (const body of asked) answers.push(await hit('POST', '/api/v1/session', {}, body));
  const shapeOf = ({ status, headers, cookies, body }: Answer): unknown => [status, Object.keys(headers).toSorted(), cookies, body.replace(/"requestId":"[0-9a-f]+"/, '')];
  for (const [at, answer] of answers.entries()) assert.deepEqual(shapeOf(answer), shapeOf(answers[0] ?? assert.fail()), JSON.stringify(asked[at]));
  assert.equal((await signInWith('Tess', recoveryCodes[0] ?? '')).status, 200, 'a code beside a wrong password is not used up');
});

test('a code opens once, also for two at the same moment, an older one not at all, a recovery code once', async () => {
  const { secret, code, recoveryCodes } = await addFactor('Theo');
  const next = codeAt(secret, Date.now() + 30_000);
  const both = await Promise.all([signInWith('Theo', next), signInWith('Theo', next)]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401]);
  for (const used of [next, code]) assert.equal(codeOf(await signInWith('Theo', used)), '401 sign_in_failed');
  const twice = [await signInWith('Theo', recoveryCodes[1] ?? ''), await signInWith('Theo', recoveryCodes[1] ?? '')];
  assert.deepEqual(twice.map(({ status }) => status), [200, 401]);
});

test('guessing at a code is slowed down as guessing at a password is', async () => {
  await addFactor('Tina');
  const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => signInWith('Tina', String(100_000 + at))));
  const compared = answers.filter((answer) => codeOf(answer) === '401 sign_in_failed').length;
  assert.ok(compared <= LIMITS.attempts_account_free + 1, `${compared} of 30 guesses were compared`);
  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
});

test('a token that acts for somebody does no more than its scopes and that person, makes no other, and ends with its time or the account', async () => {
  await addUser('Toni', 'admin');
  const answer = await signInWell('Toni');
  const headers = { cookie: cookieOf(answer), 'x-tracekeep-csrf': csrfOf(answer) };
  const make = async (body: object): Promise<string> => (JSON.parse((await hit('POST', '/api/v1/session/tokens', headers, body)).body) as { secret: string }).secret;
  const [narrow, whole, brief] = [await make({ name: 'narrow', scopes: ['service.list', 'token.change'] }), await make({ name: 'whole' }), await make({ name: 'brief', lifetimeMs: 1 })];
  const as = (secret: string, method: string, path: string, body?: object): Promise<Answer> => hit(method, path, { authorization: `Bearer ${secret}` }, body);
  assert.equal((await as(narrow, 'GET', '/api/v1/services')).status, 200);
  for (const path of ['/api/v1/search', '/api/v1/accounts', '/api/v1/tokens', '/metrics', '/api/v1/session']) assert.equal(codeOf(await as(narrow, 'GET', path)), '403 action_forbidden', path);
  for (const scopes of [undefined, ['*'], ['token.*'], ['service.list', 'account.change']]) assert.equal(codeOf(await as(narrow, 'POST', '/api/v1/tokens', { roles: ['admin'], ...(scopes === undefined ? {} : { scopes }) })), '403 action_forbidden', JSON.stringify(scopes));
  for (const secret of [narrow, whole]) assert.ok([403].includes((await as(secret, 'POST', '/api/v1/session/tokens', { name: 'more' })).status));
  for (const secret of [narrow, whole, token]) assert.equal(codeOf(await as(secret, 'POST', '/api/v1/tokens', { user: 'Toni', scopes: ['service.list'] })), '403 action_forbidden');
  assert.equal(codeOf(await as(brief, 'GET', '/api/v1/services')), '401 credential_unknown');
  assert.equal(codeOf(await hit('POST', '/api/v1/session/tokens', headers, { name: 'odd', scopes: ['trace.write'] })), '400 scope_unknown');
  assert.equal((await as(whole, 'GET', '/api/v1/accounts')).status, 200);
  assert.equal((await verbHere(['user', 'role', 'Toni', '--role', 'operator', '--data', server.data])).code, 0);
  await until(async () => (await as(whole, 'GET', '/api/v1/accounts')).status === 403, 'the token shrinks with the roles');
  assert.equal((await as(narrow, 'GET', '/api/v1/services')).status, 403, 'a scope grants nothing');
  assert.equal((await verbHere(['user', 'remove', 'Toni', '--data', server.data])).code, 0);
  for (const secret of [narrow, whole]) await until(async () => codeOf(await as(secret, 'GET', '/api/v1/services')) === '401 credential_unknown', 'the token ends with the account');
});

test('a name of a group or a role cannot be more than a name', async () => {
  const { accounts } = JSON.parse((await hit('GET', '/api/v1/accounts', { authorization: `Bearer ${token}` })).body) as { accounts: { id: string; name: string }[] };
  const id = accounts.find(({ name }) => name === 'Tess')?.id ?? assert.fail();
  for (const group of ['x"); permit(principal,action,resource);//', 'a\\', '<img src=x>', 'a\nb', 'Role::"admin"', '${jndi:x}', 'a\u202eb', '']) assert.equal(codeOf(await hit('POST', `/api/v1/accounts/${id}`, { authorization: `Bearer ${token}` }, { groups: [group] })), '400 group_invalid', group);
  for (const role of ['admin"', '__proto__', 'constructor', 'viewer,admin', 'root', '']) assert.equal(codeOf(await hit('POST', `/api/v1/accounts/${id}`, { authorization: `Bearer ${token}` }, { roles: [role] })), '400 role_unknown', role);
});

test('sessions outlive a restart, links do not', async () => {
  const session = cookieOf(await signInWell('Real'));
  const printed = lastLine(await verbHere(['user', 'link', 'Real', '--data', server.data]));
  const [, fragment = ''] = printed.split('#link=');
  await server.stop();
  saidBefore = server.stdout + server.stderr;
  server = await startServer({ data: server.data });
  assert.equal((await hit('GET', '/api/v1/session', { cookie: session })).status, 200);
  assert.equal(codeOf(await hit('POST', '/api/v1/session/link', {}, { link: fragment })), '401 link_unknown');
  assert.ok(!server.stderr.includes('#first='), 'a store with accounts prints no link');
});

test('guessing a password is slowed down, is not sped up by trying many at once, and keeps the owner out for seconds at most', async () => {
  await addUser('Grace', 'viewer');
  const known = (await signInWell('Grace')).cookies[1]?.split(';')[0] ?? '';
  const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => signIn('Grace', `guess number ${at}`)));
  const compared = answers.filter((answer) => codeOf(answer) === '401 sign_in_failed').length;
  assert.ok(compared <= LIMITS.attempts_account_free + 1, `${compared} of 40 guesses were compared`);
  const late = answers.find(({ status }) => status === 429) ?? assert.fail();
  assert.ok(Number(late.headers['retry-after']) <= LIMITS.attempts_account_delay_ms_max / 1_000);
  assert.equal((await signIn('Grace', PASSWORD, { cookie: known })).status, 200, 'from a browser where she signed in before');
  await signInWell('Grace');
});

test('a flood of sign-ins holds up neither traces nor those who are signed in', async () => {
  await addUser('Flo', 'viewer');
  const session = cookieOf(await signInWell('Flo'));
  const flood = Array.from({ length: 300 }, (_, at) => signIn(`nobody ${at}`, PASSWORD));
  const span = spanOf();
  await sendWell(server, key, exportOf([span]));
  assert.equal((await hit('GET', '/api/v1/session', { cookie: session })).status, 200);
  assert.equal((await ask(server, token, `/api/v1/traces/${String(span['traceId'])}`)).status, 200);
  for (const answer of await Promise.all(flood)) assert.ok([401, 429, 503].includes(answer.status), String(answer.status));
});

test('no password, session, link or cookie was said on standard output or error, but the one link', async () => {
  const said = saidBefore + server.stdout + server.stderr;
  for (const word of [PASSWORD, 'ts_', 'otpauth', 'Tess', '$argon2', 'guess number', 'csrf', 'Grace']) assert.ok(!said.includes(word), word);
  assert.equal(said.split('tl_').length, 2);
  await assertUnharmed(server, key, token);
});

async function addUser(name: string, role: Role): Promise<void> {
  const { status, body } = await hit('POST', '/api/v1/accounts', { authorization: `Bearer ${token}` }, { name, roles: [role], password: PASSWORD });
  assert.equal(status, 200, body);
}

/** Signs in, waiting for as long as the server asks: what earlier attacks did from this address counts. */
async function signInWell(name: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  for (;;) {
    const answer = await signIn(name, PASSWORD, headers);
    if (answer.status === 200) return answer;
    assert.equal(answer.status, 429, answer.body);
    const wait_s = Number(answer.headers['retry-after']);
    assert.ok(wait_s <= LIMITS.attempts_account_delay_ms_max / 1_000, `${wait_s} s`);
    await new Promise((resolve) => setTimeout(resolve, wait_s * 1_000));
  }
}
