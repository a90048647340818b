/** Attacks with tokens of workloads: signatures that prove nothing, keys that are not the issuer's, tokens that were made for something or somebody else. */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createWorkloadTokens, type WorkloadTokens } from '#authenticate/workload-tokens';
import { ControlStore, type NewTrust } from '#control';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT, tenantId, type TenantId } from '#model';
import { isRefusal } from '#refusal';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { lastLine, startServer, temporaryFolder, type TestServer, tracekeep, until } from '#harness';
import { ask, exportOf, type Json, send, spanOf } from '#harness/exchange';
import { newSigningKey, type SigningKey, signToken, TestIssuer } from '#harness/issuer';
import { request, span } from '#harness/protobuf';

const AUDIENCE = 'https://traces.example.org';
const DOMAIN_SUBJECT = 'spiffe://example.org/shop';
const ELSEWHERE = tenantId('elsewhere') ?? DEFAULT_TENANT;
const data = join(temporaryFolder(), 'data');
const bundle = join(temporaryFolder(), 'bundle.json');
let server: TestServer;
let issuer: TestIssuer;
let other: TestIssuer;
let key: SigningKey;
let otherKey: SigningKey;
let domainKey: SigningKey;
let ingestKey = '';
let ownReader = '';
let theirReader = '';
let control: ControlStore;
const issuers: TestIssuer[] = [];
after(() => {
  for (const one of issuers) one.stop();
  control.close();
});

const good = (): Record<string, unknown> => ({ iss: issuer.url, aud: AUDIENCE, sub: 'ci:shop/main', team: 'pay' });

before(async () => {
  [key, otherKey, domainKey] = [await newSigningKey('one'), await newSigningKey('one'), await newSigningKey('d')];
  [issuer, other] = [await startIssuer(key), await startIssuer(otherKey)];
  writeFileSync(bundle, JSON.stringify({ keys: [{ ...domainKey.jwk, alg: undefined, use: 'jwt-svid' }, { ...otherKey.jwk, kid: 'x', use: 'x509-svid' }] }));
  control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  ingestKey = await addProducer('shop');
  await addProducer('bank', ELSEWHERE);
  const done = await tracekeep(['producer', 'trust', 'shop', '--issuer', issuer.url, '--audience', AUDIENCE, '--subject', 'ci:shop/*', '--claim', 'team=pay', '--data', data]);
  assert.match(lastLine(done), /^i_[0-9a-f]{16}$/);
  await trust('bank', { issuer: other.url, subject: 'ci:bank' }, ELSEWHERE);
  await trust('shop', { issuer: 'spiffe://example.org', subject: DOMAIN_SUBJECT, keys: { at: 'file', path: bundle } });
  [ownReader, theirReader] = [await readerOf(DEFAULT_TENANT), await readerOf(ELSEWHERE)];
  server = await startServer({ data });
});

test('a workload sends with a token of its issuer, as the producer it is bound to and for that one’s services alone', async () => {
  const token = await signToken(key, good());
  for (let again = 0; again < 2; again++) assert.equal((await send(server, token, exportOf([spanOf()]))).text, '{}');
  assert.equal(await grpcStatus(token), 0);
  assert.match((await send(server, token, exportOf([spanOf()], 'bank'))).text, /span_service/);
  // What a request says of a tenant changes nothing.
  const elsewhere = spanOf();
  await send(server, await signToken(otherKey, { iss: other.url, aud: [AUDIENCE, 'x'], sub: 'ci:bank', tenant: 'default' }), exportOf([elsewhere], 'bank'), { 'X-Scope-OrgID': 'default' });
  const path = `/api/v1/traces/${String(elsewhere['traceId'])}`;
  assert.deepEqual([(await ask(server, theirReader, path)).status, (await ask(server, ownReader, path)).status], [200, 404]);
  // A token that was seen asks nobody any more, and one that was not costs no second question.
  const before = issuer.asked.length;
  assert.equal(await outcome(await signToken(key, { ...good(), jti: 'another' })), 'ok');
  assert.equal(issuer.asked.length, before);
});

test('a SPIFFE JWT-SVID is known by its subject, with keys of its trust domain’s bundle alone', async () => {
  // Issued before the bundle was fetched: of a newer one with an unknown key, the sender would be told to come again.
  const claims = { aud: AUDIENCE, sub: DOMAIN_SUBJECT, iat: aWhileAgo() };
  assert.equal(await outcome(await signToken(domainKey, claims)), 'ok');
  assert.equal(await outcome(await signToken(domainKey, { ...claims, iss: 'https://spire.example.org' })), 'ok');
  assert.equal(await outcome(await signToken(domainKey, { ...claims, sub: 'spiffe://example.org/bank' })), 'token_untrusted');
  assert.equal(await outcome(await signToken({ ...otherKey, jwk: { ...otherKey.jwk, kid: 'x' } }, claims)), 'token_untrusted', 'a key of the bundle for certificates');
  assert.equal(await outcome(await signToken(key, { ...good(), iat: aWhileAgo(), sub: DOMAIN_SUBJECT })), 'token_untrusted', 'another issuer names the subject of the trust domain');
  assert.equal(await outcome(await signToken(domainKey, { ...good(), iat: aWhileAgo(), iss: issuer.url })), 'token_untrusted', 'the trust domain names the issuer');
});

test('nothing that was not signed by a key of the issuer lets anybody in', async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = part({ ...good(), iat: now, exp: now + 600 });
  const token = await signToken(key, good());
  const [first = '', second = '', third = ''] = token.split('.');
  const pem = createPublicKey({ key: key.jwk as Record<string, string>, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const shared = (secret: string | Buffer): string => {
    const text = `${part({ alg: 'HS256', kid: 'one' })}.${claims}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const malformed = {
    'no algorithm': `${part({ alg: 'none' })}.${claims}.`,
    'no algorithm, in another spelling': `${part({ alg: 'nOnE', kid: 'one' })}.${claims}.${third}`,
    'the public key as a shared secret': shared(pem),
    'the public key’s members as a shared secret': shared(JSON.stringify(key.jwk)),
    'an algorithm that nobody has': await signed({ alg: 'ES256' }, good()).then((one) => `${part({ alg: ['ES256'] })}.${one.split('.').slice(1).join('.')}`),
    'an extension that must be understood': await signed({ crit: ['exp'], exp: 1 }, good()).catch(() => `${part({ alg: 'ES256', kid: 'one', crit: ['exp'], exp: 1 })}.${claims}.${third}`),
    'another issuer in a second member': `${first}.${Buffer.from(`{"iss":"https://x","iss":${JSON.stringify(issuer.url)},"aud":"${AUDIENCE}","sub":"ci:shop/main","team":"pay","exp":${now + 600}}`).toString('base64url')}.${third}`,
    'a list of issuers': await signToken(key, { ...good(), iss: [issuer.url] } as never),
    'a logout token': await signToken(key, good(), { typ: 'logout+jwt' }),
    'a WIT-SVID': await signToken(key, good(), { typ: 'wit+jwt' }),
  };
  for (const [what, one] of Object.entries(malformed)) assert.equal(await outcome(one), 'token_malformed', what);
  const untrusted = {
    'other claims under the same signature': `${first}.${part({ ...good(), iat: now, exp: now + 601 })}.${third}`,
    'another header over the same signature': `${part({ alg: 'ES256', kid: 'one', typ: 'JWT' })}.${second}.${third}`,
    'no signature': `${first}.${second}.`,
    'a key of one’s own in the header': await signed({ jwk: otherKey.jwk }, good(), otherKey),
    'an address of keys in the header': await signed({ jku: `${other.url}/keys` }, good(), otherKey),
    'an address of certificates in the header': await signed({ x5u: `${other.url}/keys`, x5c: ['AAAA'] }, good(), otherKey),
    'the key of another trusted issuer, of the same id': await signed({}, good(), otherKey),
    'an issuer that nobody trusts': await signToken(otherKey, { ...good(), iss: `${issuer.url}/` }),
    'no issuer': await signToken(key, { ...good(), iss: undefined } as never),
  };
  for (const [what, one] of Object.entries(untrusted)) assert.equal(await outcome(one), 'token_untrusted', what);
  assert.equal(other.asked.filter((path) => path !== '/keys' && !path.startsWith('/.well-known')).length, 0);
});

test('key ids are compared and never looked up: paths, statements, addresses and long ones find nothing, and do not make the server ask again and again', async () => {
  const before = issuer.asked.length;
  for (const kid of ['../../../../dev/null', '/etc/passwd', "one' OR '1'='1", 'one;--', `${other.url}/keys`, 'file:///dev/zero', '__proto__', 'constructor', '', 'x'.repeat(5_000), '\0', '*']) {
    assert.equal(await outcome(await signed({ kid }, { ...good(), iat: aWhileAgo() }, otherKey)), 'token_untrusted', kid.slice(0, 20));
    assert.match(await outcome(await signed({ kid }, good(), otherKey)), /^token_(untrusted|keys_unavailable)$/, 'newer than the keys');
  }
  assert.ok(issuer.asked.length <= before + 2, `${issuer.asked.length - before} questions`);
  assert.equal(await outcome(await signed({ kid: 'x'.repeat(8_000) }, good())), 'credential_unknown');
});

test('a token for another audience, subject, team or time lets nobody in', async () => {
  const now = Math.floor(Date.now() / 1_000);
  const cases: readonly (readonly [string, Json, string])[] = [
    ['another audience', { aud: 'https://other.example.org' }, 'token_untrusted'],
    ['an audience that begins like it', { aud: [`${AUDIENCE}.evil.example`, `${AUDIENCE}/`] }, 'token_untrusted'],
    ['no audience', { aud: undefined }, 'token_malformed'],
    ['another subject', { sub: 'ci:shopping' }, 'token_untrusted'],
    ['the subject of another issuer', { sub: 'ci:bank' }, 'token_untrusted'],
    ['no subject', { sub: undefined }, 'token_malformed'],
    ['another team', { team: 'play' }, 'token_untrusted'],
    ['no team', { team: undefined }, 'token_untrusted'],
    ['the team in a map', { team: { pay: true } }, 'token_untrusted'],
    ['expired', { iat: now - 7_200, exp: now - 3_600 }, 'token_expired'],
    ['not valid yet', { nbf: now + 600 }, 'token_expired'],
    ['issued in the future', { iat: now + 600 }, 'token_expired'],
    ['without an end', { exp: undefined }, 'token_malformed'],
    ['an end that is a text', { exp: '9999999999' }, 'token_malformed'],
    ['valid for a year', { exp: now + 365 * 86_400 }, 'token_malformed'],
    ['valid for a year, and no word of when it was issued', { iat: undefined, exp: now + 365 * 86_400 }, 'token_malformed'],
    ['made for a sign-in', { nonce: 'n' }, 'token_malformed'],
    ['made for a logout', { events: {} }, 'token_malformed'],
    ['to be used by who proves to hold a key', { cnf: { jkt: 'x' } }, 'token_malformed'],
  ];
  for (const [what, more, expected] of cases) assert.equal(await outcome(await signToken(key, { ...good(), ...more } as never)), expected, what);
  assert.equal(await outcome(await signToken(key, { ...good(), nbf: now - 5, team: ['x', 'pay'] })), 'ok');
});

test('a token of a workload reads nothing, and a reader’s token in the shape of one does not either', async () => {
  const token = await signToken(key, good());
  for (const path of ['/api/v1/services', '/api/v1/session', '/metrics', '/api/traces']) assert.equal((await ask(server, token, path)).status, 401, path);
  assert.equal((await send(server, null, exportOf([]), { Authorization: `JWT ${token}` })).status, 401);
  assert.equal((await send(server, `${token}, Bearer ${ingestKey}`, exportOf([]))).status, 401);
});

test('who takes over the answers of an issuer’s address gets no keys believed: redirects, other issuers, floods, private and shared keys', async () => {
  const fresh = await newSigningKey('fresh', 'PS256');
  const swap = await startIssuer(fresh);
  const token = async (): Promise<string> => signToken(fresh, { iss: swap.url, aud: AUDIENCE, sub: 'ci:shop/x' });
  await trust('shop', { issuer: swap.url, subject: 'ci:shop/*' });
  const lies: readonly (readonly [string, TestIssuer['instead']])[] = [
    ['the description names another issuer', (_, response) => Boolean(response.end(JSON.stringify({ issuer: other.url, jwks_uri: `${swap.url}/keys` })))],
    ['a redirect to keys elsewhere', (_, response) => Boolean(response.writeHead(302, { location: `${other.url}/keys` }).end())],
    ['keys at an address that is no https', (request, response) => request.url !== '/keys' && Boolean(response.end(JSON.stringify({ issuer: swap.url, jwks_uri: 'http://169.254.169.254/keys' })))],
    ['keys in a file', (request, response) => request.url !== '/keys' && Boolean(response.end(JSON.stringify({ issuer: swap.url, jwks_uri: `file://${bundle}` })))],
    ['an answer without end', (_, response) => { response.write(`{"keys":[`); const more = setInterval(() => response.write(' '.repeat(65_536)), 1); response.on('close', () => clearInterval(more)); return true; }],
    ['not JSON', (_, response) => Boolean(response.end('<html>'))],
    ['no keys', (request, response) => request.url === '/keys' && Boolean(response.end('{"keys":{}}'))],
    ['a private key', (request, response) => request.url === '/keys' && Boolean(response.end(JSON.stringify({ keys: [{ ...fresh.jwk, d: 'AAAA' }] })))],
    ['a thousand keys', (request, response) => request.url === '/keys' && Boolean(response.end(JSON.stringify({ keys: Array.from({ length: 1_000 }, () => fresh.jwk) })))],
  ];
  // Each lie to a server that has not asked yet: the pause between two questions is longer than this test.
  for (const [what, lie] of lies) {
    swap.instead = lie;
    const tokens = offline(swap.url);
    const answer = await tokens.producer(await token());
    assert.equal('refused' in answer ? answer.refused : answer.name, 'token_keys_unavailable', what);
  }
  swap.instead = () => false;
  await until(async () => (await outcome(await token())) === 'ok', 'the honest issuer is believed', 5_000);
});

test('what is no longer trusted, or of a revoked producer, is refused within the promised time although it was verified before', async () => {
  await addProducer('gone', ELSEWHERE);
  const wanted = { issuer: other.url, subject: 'ci:gone-*' };
  const id = await trust('gone', wanted, ELSEWHERE);
  const token = await signToken(otherKey, { iss: other.url, aud: AUDIENCE, sub: 'ci:gone-1' });
  // The server looks at its control data every tenth of a second.
  await until(async () => (await outcome(token)) === 'ok', 'the binding counts', 1_000);
  const { code, stderr } = await tracekeep(['producer', 'untrust', 'gone', id, '--tenant', 'elsewhere', '--data', data]);
  assert.equal(code, 0, stderr);
  await until(async () => (await outcome(token)) === 'token_untrusted', 'the binding is gone', 1_000);
  await trust('gone', wanted, ELSEWHERE);
  await until(async () => (await outcome(token)) === 'ok', 'the new binding counts', 1_000);
  assert.ok(!isRefusal(await control.revokeProducer({ tenant: ELSEWHERE, name: 'gone' })));
  await until(async () => (await outcome(token)) === 'token_untrusted', 'the producer is gone', 1_000);
});

test('nobody binds what everybody has, or keys that travel in clear', async () => {
  const spiffe = { issuer: 'spiffe://example.org', keys: { at: 'file', path: bundle } } as const;
  const wrong: readonly Partial<NewTrust>[] = [
    { issuer: 'http://issuer.example.org' }, { issuer: 'https://user:password@issuer.example.org' }, { issuer: 'https://issuer.example.org/?x' }, { issuer: 'file:///etc' }, { issuer: 'issuer' },
    { subject: '*' }, { subject: '**' }, { subject: '' }, { subject: 'x\u202e' }, { audience: '' }, { claims: [{ name: '', value: 'x' }] },
    { keys: { at: 'url', url: 'http://keys.example.org/' } }, { ...spiffe, subject: 'spiffe://example.com/x' }, { ...spiffe, subject: 'spiffe://example.org' + '*' }, { ...spiffe, subject: DOMAIN_SUBJECT, keys: { at: 'issuer' } },
  ];
  for (const one of wrong) {
    const answer = await control.addTrust({ tenant: DEFAULT_TENANT, name: 'shop' }, { issuer: issuer.url, audience: AUDIENCE, subject: 'x', claims: [], keys: { at: 'issuer' }, ...one });
    assert.ok(isRefusal(answer) && answer.refused === 'trust_invalid', JSON.stringify(one));
  }
});

async function startIssuer({ jwk }: SigningKey): Promise<TestIssuer> {
  const started = await TestIssuer.start([jwk]);
  issuers.push(started);
  return started;
}

/** Seconds; before any keys here were fetched. */
const aWhileAgo = (): number => Math.floor(Date.now() / 1_000) - 300;

async function signed(header: Json, claims: Record<string, unknown>, by = key): Promise<string> {
  return signToken(by, claims as never, header);
}

async function addProducer(name: string, tenant = DEFAULT_TENANT): Promise<string> {
  const added = await control.addProducer({ tenant, name, services: [name] });
  assert.ok(!isRefusal(added));
  return added.key.reveal();
}

async function readerOf(tenant: TenantId): Promise<string> {
  const issued = await control.addToken({ tenant, roles: ['viewer'] });
  assert.ok(!isRefusal(issued));
  return issued.secret.reveal();
}

async function trust(name: string, wanted: Pick<NewTrust, 'issuer' | 'subject'> & Partial<NewTrust>, tenant = DEFAULT_TENANT): Promise<string> {
  const trusted = await control.addTrust({ tenant, name }, { audience: AUDIENCE, claims: [], keys: { at: 'issuer' }, ...wanted });
  assert.ok(!isRefusal(trusted), JSON.stringify(trusted));
  return trusted.id;
}

/** The part of a server that looks at tokens, which has not asked anybody yet. */
function offline(url: string): WorkloadTokens {
  return createWorkloadTokens({ findTrust: (id) => control.findTrust(id), findTrusts: (name) => (name === url ? control.findTrusts(name) : []) });
}

/** What becomes of a token over HTTP: `ok`, or the code of the refusal. */
async function outcome(token: string): Promise<string> {
  const { status, text } = await send(server, token, exportOf([]));
  if (status !== 200) assert.ok(!token.split('.').some((part) => part.length > 8 && text.includes(part)), 'the answer repeats the token');
  return status === 200 ? 'ok' : (/[a-z]+_[a-z_]+|overloaded/.exec((JSON.parse(text) as { message: string }).message)?.[0] ?? text);
}

function grpcStatus(token: string): Promise<number> {
  const client = new Client(server.otlpGrpc, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', same, same, request([span(crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(8)), 'x')]), metadata, (error) => {
      client.close();
      resolve(error?.code ?? 0);
    });
  });
}
