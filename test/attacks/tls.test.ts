/** Attacks on the way to the server: certificates that are none of ours, words about a certificate in place of one, older TLS and none. */
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { connect as plainConnect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type ConnectionOptions } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Authority, makeCertificate, type CertificateForm } from '#authority';
import { LIMITS } from '#limits';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, type TestServer, until } from '#harness';
import '#harness/cheap-argon2';
import { verbHere } from '#harness/verbs';
import { exportOf, spanOf } from '#harness/exchange';
import { request as exportRequest, span } from '#harness/protobuf';

interface Shown {
  readonly cert?: string;
  readonly key?: string;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const DAY_MS = 86_400_000;
const data = join(temporaryFolder(), 'data');
let server: TestServer;
let authority: Authority;
let ca = '';
let shopKey = '';
let bankKey = '';
/** The server's own certificate and key, as somebody who has them shows them. */
let serverFiles: Shown = {};
const opened: { close(): void }[] = [];

before(async () => {
  authority = Authority.create({ folder: `${data}.ca`, dataDir: data, trustDomain: 'example.org', name: 'Test', valid_ms: DAY_MS });
  ca = readFileSync(authority.files.certificate, 'utf8');
  const { files } = authority.issue({ kind: 'server', name: 'localhost', id: 'spiffe://example.org/server', dns: ['localhost'], ips: ['127.0.0.1'], valid_ms: DAY_MS });
  serverFiles = { cert: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
  shopKey = await addProducer(data, 'shop', ['shop'], ['--spiffe', 'spiffe://example.org/shop', '--certificate-name', 'shop.example.org']);
  bankKey = await addProducer(data, 'bank', ['*'], ['--tenant', 'elsewhere', '--spiffe', 'spiffe://example.org/bank']);
  server = await startServer({ data, cheapPasswords: true, args: ['--tls-cert', files.certificate, '--tls-key', files.key, '--tls-client-ca', authority.files.certificate] });
});
after(() => {
  for (const one of opened) one.close();
});

test('who shows a certificate of a producer is that producer, with its services and no others', async () => {
  for (const shown of [certificate({ uris: ['spiffe://example.org/shop'] }), certificate({ uris: [], dns: ['shop.example.org'] })]) {
    const { status, text } = await send(shown, exportOf([spanOf()], 'bank'));
    assert.equal(status, 200, text);
    assert.match(text, /span_service/);
    assert.equal((await send(shown, exportOf([spanOf()], 'shop'))).text, '{}');
    assert.equal(await grpcStatus(shown), 0);
  }
  // Between the two, the one that both name.
  assert.equal((await send(certificate({ uris: ['spiffe://example.org/shop'] }), exportOf([]), { authorization: `Bearer ${shopKey}` })).status, 200);
  assert.equal((await send({}, exportOf([]), { authorization: `Bearer ${shopKey}` })).status, 200);
});

test('nobody gets in with a certificate that is none of ours, whatever it says', async () => {
  const foreign = Authority.create({ folder: join(temporaryFolder(), 'ca'), dataDir: data, trustDomain: 'example.org', name: 'Test', valid_ms: DAY_MS });
  const shop = { uris: ['spiffe://example.org/shop'] };
  const now = Date.now();
  const wrong: readonly (readonly [string, Shown, string])[] = [
    ['of another authority of the same name', certificate(shop, foreign), 'certificate_untrusted'],
    ['signed by itself', certificate(shop, null), 'certificate_untrusted'],
    ['signed by a certificate that is no authority', certificateBelow(shop), 'certificate_untrusted'],
    ['ended', certificate({ ...shop, from: now - 2 * DAY_MS, to: now - 1_000 }), 'certificate_untrusted'],
    ['not begun', certificate({ ...shop, from: now + 3_600_000, to: now + DAY_MS }), 'certificate_untrusted'],
    ['of an authority', certificate({ ...shop, kind: 'authority' }), 'certificate_'],
    ['with a second URI', certificate({ uris: ['spiffe://example.org/shop', 'spiffe://example.org/bank'] }), 'certificate_malformed'],
    ['with the same URI twice', certificate({ uris: [...shop.uris, ...shop.uris] }), 'certificate_malformed'],
    ['with a DNS name beside a foreign URI', certificate({ uris: ['https://example.org/shop'], dns: ['shop.example.org'] }), 'certificate_malformed'],
    ['with two DNS names', certificate({ uris: [], dns: ['shop.example.org', 'bank.example.org'] }), 'certificate_malformed'],
    ['without a name', certificate({ uris: [] }), 'certificate_malformed'],
    ['with a name that hides another', certificate({ uris: ['spiffe://example.org/x, URI:spiffe://example.org/shop'] }), 'certificate_malformed'],
    ['of the trust domain itself', certificate({ uris: ['spiffe://example.org'] }), 'certificate_malformed'],
    ['with a path that ends in a slash', certificate({ uris: ['spiffe://example.org/shop/'] }), 'certificate_malformed'],
    ['with a path that goes up', certificate({ uris: ['spiffe://example.org/x/../shop'] }), 'certificate_malformed'],
    ['of another spelling', certificate({ uris: ['SPIFFE://example.org/shop'] }), 'certificate_malformed'],
    ['of another path', certificate({ uris: ['spiffe://example.org/Shop'] }), 'certificate_unknown'],
    ['of a path below', certificate({ uris: ['spiffe://example.org/shop/x'] }), 'certificate_unknown'],
    ['of another trust domain, by our authority', certificate({ uris: ['spiffe://example.net/shop'] }), 'certificate_untrusted'],
    ['for servers only, with the name of the producer', certificate({ ...shop, kind: 'server' }), 'certificate_untrusted'],
    ['that of a server, by our authority', serverFiles, 'certificate_unknown'],
    ['with the name of the producer where only people look', certificate({ uris: ['spiffe://example.org/nobody'], name: 'shop' }), 'certificate_unknown'],
  ];
  for (const [what, shown, code] of wrong) {
    // With a good key beside it, too: the key does not make up for it.
    for (const headers of [{}, { authorization: `Bearer ${shopKey}` }]) {
      const { status, text } = await send(shown, exportOf([spanOf()], 'shop'), headers);
      assert.equal(status, 401, `${what}: ${text}`);
      assert.ok(text.includes(code), `${what}: ${text}`);
    }
    assert.equal(await grpcStatus(shown), 16, what);
  }
});

test('certificate and key of two producers are neither of them', async () => {
  const shop = certificate({ uris: ['spiffe://example.org/shop'] });
  const both = await send(shop, exportOf([spanOf()], 'shop'), { authorization: `Bearer ${bankKey}` });
  assert.equal(both.status, 403);
  assert.match(both.text, /certificate_conflict/);
  assert.equal(await grpcStatus(shop, bankKey), 7);
  assert.equal((await send(shop, exportOf([]), { authorization: `Bearer ${await createToken(data)}` })).status, 403);
  assert.equal((await send(shop, exportOf([]), { authorization: 'Bearer tk_wrong' })).status, 401);
  const taken = await verbHere(['producer', 'change', 'shop', '--spiffe', 'spiffe://example.org/bank', '--data', data]);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /name_taken/);
});

test('a header that speaks of a certificate is nobody’s certificate', async () => {
  const pem = encodeURIComponent(certificate({ uris: ['spiffe://example.org/shop'] }).cert ?? '');
  const headers = { 'x-forwarded-client-cert': `By=spiffe://example.org/server;URI=spiffe://example.org/shop`, 'x-ssl-client-dn': 'CN=shop', 'x-ssl-client-verify': 'SUCCESS', 'x-client-cert': pem, 'ssl-client-cert': pem, 'client-cert': `:${pem}:`, 'x-spiffe-id': 'spiffe://example.org/shop' };
  const { status, text } = await send({}, exportOf([spanOf()], 'shop'), headers);
  assert.equal(status, 401);
  assert.match(text, /credential_missing/);
  const shown = await send(certificate({ uris: ['spiffe://example.org/bank'] }), exportOf([spanOf()], 'shop'), headers);
  assert.equal(shown.text, '{}');
  assert.equal((await ask('/api/v1/services', headers)).status, 401);
});

test('a revoked certificate, and one whose name was taken from its producer, send no more on the connection they have', async () => {
  const issued = authority.issue({ kind: 'producer', name: 'lost', id: 'spiffe://example.org/lost', dns: [], ips: [], valid_ms: DAY_MS });
  const lost = { cert: readFileSync(issued.files.certificate, 'utf8'), key: readFileSync(issued.files.key, 'utf8') };
  await addProducer(data, 'lost', ['*'], ['--spiffe', 'spiffe://example.org/lost']);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, ...lost });
  opened.push({ close: () => agent.destroy() });
  const client = grpcClient(lost);
  const once = (): Promise<Reply> => post(`${server.otlpHttp}/v1/traces`, { agent }, exportOf([]));
  await until(async () => (await once()).status === 200, 'the new producer is known', 1_000);
  assert.equal(await exportBy(client), 0);
  const { localPort } = Object.values(agent.freeSockets).flat()[0] ?? assert.fail();
  lastLine(await verbHere(['producer', 'change', 'lost', '--no-certificates', '--data', data]));
  await until(async () => (await once()).text.includes('certificate_unknown'), 'the name is refused', 1_000);
  assert.equal(await exportBy(client), 16);
  const admin = { authorization: `Bearer ${await createToken(data, 'admin')}` };
  const { producers } = JSON.parse((await ask('/api/v1/producers', admin)).text) as { producers: { id: string; name: string; certificates: string[] }[] };
  const { id } = producers.find(({ name }) => name === 'lost') ?? assert.fail();
  // From the console, as from the command line.
  assert.match((await post(`${server.console}/api/v1/producers/${id}`, { ca }, { certificates: ['spiffe://example.org/bank'] }, admin)).text, /name_taken/);
  assert.match((await post(`${server.console}/api/v1/producers/${id}`, { ca }, { certificates: ['spiffe://example.org/lost'] }, admin)).text, /"certificates":\["spiffe:\/\/example.org\/lost"\]/);
  await until(async () => (await once()).status === 200, 'the name is known again', 1_000);
  const { certificates } = JSON.parse((await ask(`/api/v1/producers/${id}/certificates`, admin)).text) as { certificates: { fingerprint: string; name: string; revoked: boolean }[] };
  assert.deepEqual(certificates.map(({ name, revoked }) => [name, revoked]), [['spiffe://example.org/lost', false]]);
  const { fingerprint } = certificates[0] ?? assert.fail();
  const revoke = async (headers: Readonly<Record<string, string>>, of = id): Promise<number> => (await post(`${server.console}/api/v1/producers/${of}/certificates/revoke`, { ca }, { fingerprint }, headers)).status;
  // Nobody revokes what is not theirs: another tenant, another producer, a viewer.
  assert.equal(await revoke({ authorization: `Bearer ${await createToken(data, 'admin', ['--tenant', 'elsewhere'])}` }), 404);
  assert.equal(await revoke(admin, producers.find(({ name }) => name === 'shop')?.id), 404);
  assert.equal(await revoke({ authorization: `Bearer ${await createToken(data, 'viewer')}` }), 403);
  assert.equal((await once()).status, 200);
  assert.equal(await revoke(admin), 204);
  await until(async () => (await once()).text.includes('certificate_revoked'), 'the certificate is refused', 1_000);
  assert.equal(await exportBy(client), 16);
  assert.match((await ask(`/api/v1/producers/${id}/certificates`, admin)).text, /"revoked":true/);
  assert.equal(Object.values(agent.freeSockets).flat()[0]?.localPort, localPort, 'the connection is the same');
});

test('a session of a connection with a certificate is worth nothing to who has no certificate', async () => {
  const port = Number(new URL(server.otlpHttp).port);
  const sessions: Buffer[] = [];
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...certificate({ uris: ['spiffe://example.org/shop'] }) }).on('session', (session: Buffer) => sessions.push(session)).on('error', () => {});
  socket.once('secureConnect', () => sessions.push(socket.getSession() ?? assert.fail()));
  socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.resume().once('close', resolve));
  assert.ok(sessions.length > 0);
  for (const session of sessions) {
    const { status, text } = await post(`${server.otlpHttp}/v1/traces`, { ca, agent: false, session, servername: 'localhost' }, exportOf([spanOf()], 'shop'));
    assert.deepEqual([status, /credential_missing/.test(text)], [401, true]);
  }
});

test('the name asked for in the handshake opens nothing that the Host header does not', async () => {
  const as = async (servername: string, host: string): Promise<number> => (await ended(`${server.console}/healthz`, { rejectUnauthorized: false, agent: false, servername, headers: { host } }, '')).status;
  for (const [servername, host, status] of [['evil.example', 'evil.example', 421], ['localhost', 'evil.example', 421], ['evil.example', 'localhost', 200], ['localhost', 'localhost', 200]] as const) assert.equal(await as(servername, host), status, `${servername} ${host}`);
});

test('nothing is said in older TLS, in weak groups, or without TLS', async () => {
  const ports = [server.otlpHttp, `https://${server.otlpGrpc}`, server.console].map((url) => Number(new URL(url).port));
  for (const port of ports) {
    for (const more of [{ maxVersion: 'TLSv1.2' }, { ecdhCurve: 'P-521' }] satisfies ConnectionOptions[]) await assert.rejects(handshake(port, more), /ERR_SSL|ALERT|alert/);
    assert.equal(await handshake(port, {}), 'TLSv1.3');
    await assert.rejects(plainly(port), /ECONNRESET|EPIPE|socket hang up|Parse Error/);
  }
});

test('a flood of connections that begin a handshake and do not end it leaves those that are connected alone, and others find room when it is gone', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  opened.push({ close: () => agent.destroy() });
  const headers = { authorization: `Bearer ${shopKey}` };
  const once = (): Promise<Reply> => post(`${server.otlpHttp}/v1/traces`, { agent }, exportOf([spanOf()], 'shop'), headers);
  assert.equal((await once()).status, 200);
  const { localPort } = Object.values(agent.freeSockets).flat()[0] ?? assert.fail();
  const port = Number(new URL(server.otlpHttp).port);
  const silent = Array.from({ length: LIMITS.tls_handshakes_network_pending_max + 40 }, () => plainConnect(port, '127.0.0.1').on('error', () => {}));
  opened.push({ close: () => silent.forEach((socket) => socket.destroy()) });
  await until(() => silent.filter((socket) => socket.destroyed).length >= 40, 'what is too much is reset');
  assert.equal(silent.filter((socket) => !socket.destroyed).length, LIMITS.tls_handshakes_network_pending_max);
  assert.equal((await once()).status, 200);
  await assert.rejects(handshake(port, {}), /ECONNRESET|EPIPE/);
  // Another listener has its own.
  assert.equal(await handshake(Number(new URL(server.console).port), {}), 'TLSv1.3');
  for (const socket of silent) socket.destroy();
  await until(() => handshake(port, {}).then(() => true, () => false), 'there is room again when they are gone', 10_000);
  assert.equal(Object.values(agent.freeSockets).flat()[0]?.localPort, localPort, 'the connection is the same');
  const metrics = await ask('/metrics', { authorization: `Bearer ${await createToken(data, 'admin')}` });
  assert.match(metrics.text, /tracekeep_tls_handshakes_failed_total\{listener="otlp-http",reason="pending"\} [1-9]/);
});

test('the console gives its cookie to TLS alone, and has browsers stay with TLS', async () => {
  const password = lastLine(await verbHere(['user', 'add', 'ana', '--role', 'admin', '--data', data]));
  const { status, headers } = await post(`${server.console}/api/v1/session`, { ca }, { name: 'ana', password }, { origin: server.console });
  assert.equal(status, 200);
  for (const cookie of [headers['set-cookie'] ?? []].flat()) assert.match(cookie, /; Secure$/);
  assert.equal([headers['set-cookie']].flat().length, 2);
  assert.equal(headers['strict-transport-security'], 'max-age=31536000');
  // The page of the same host that somebody in between made of plain HTTP.
  assert.equal((await post(`${server.console}/api/v1/session`, { ca }, { name: 'ana', password }, { origin: server.console.replace('https', 'http') })).status, 403);
  assert.equal((await ask('/healthz', { host: 'elsewhere.example' })).status, 421);
  const metrics = await ask('/metrics', { authorization: `Bearer ${await createToken(data, 'admin')}` });
  assert.match(metrics.text, /tracekeep_tls_connections_total\{listener="otlp-http",version="TLSv1.3",group="X25519MLKEM768"\} [1-9]/);
});

/** A certificate and its key, by our authority unless another one or none (itself) is given. */
function certificate(form: Partial<CertificateForm>, issuer: Authority | null = authority): Shown {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signing = issuer === null ? { certificate: null, key: privateKey } : { certificate: issuer.certificate, key: createPrivateKey(readFileSync(issuer.files.key)) };
  return { cert: makeCertificate({ ...FORM, ...form }, publicKey, signing), key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

/** Signed with the key of a producer’s certificate, which comes along. */
function certificateBelow(form: Partial<CertificateForm>): Shown {
  const parent = certificate({ uris: ['spiffe://example.org/bank'] });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = makeCertificate({ ...FORM, ...form }, publicKey, { certificate: new X509Certificate(parent.cert ?? ''), key: createPrivateKey(parent.key ?? '') });
  return { cert: `${leaf}${parent.cert ?? ''}`, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

const FORM: CertificateForm = { name: 'test', uris: [], from: Date.now() - 60_000, to: Date.now() + DAY_MS, kind: 'end entity' };

function send(shown: Shown, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return post(`${server.otlpHttp}/v1/traces`, { ca, agent: false, ...shown }, body, headers);
}

function post(url: string, options: object, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return ended(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, ...options }, JSON.stringify(body));
}

function ask(path: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  return ended(`${server.console}${path}`, { ca, headers, agent: false, servername: 'localhost' }, '');
}

function ended(url: string, options: object, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    }).on('error', reject).end(body);
  });
}

function grpcClient({ cert, key }: Shown): Client {
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const client = new Client(server.otlpGrpc, credentials.createSsl(Buffer.from(ca), pem(key), pem(cert)), { 'grpc.enable_retries': 0, 'grpc.ssl_target_name_override': 'localhost' });
  opened.push(client);
  return client;
}

async function grpcStatus(shown: Shown, key?: string): Promise<number> {
  const client = grpcClient(shown);
  const status = await exportBy(client, key);
  client.close();
  return status;
}

function exportBy(client: Client, key?: string): Promise<number> {
  const metadata = new Metadata();
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  const body = Buffer.from(exportRequest([span(randomBytes(16), randomBytes(8), 'x')]));
  return new Promise((resolve) => {
    client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', (bytes: Buffer) => bytes, (bytes: Buffer) => bytes, body, metadata, { deadline: Date.now() + 30_000 }, (error) => resolve(error?.code ?? 0));
  });
}

/** The version of a connection that was made. */
function handshake(port: number, more: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...more }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    }).on('error', (error: Error & { readonly code?: string }) => reject(new Error(error.code ?? error.message)));
  });
}

/** What plain HTTP hears at a port. */
function plainly(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    plainRequest({ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers: { authorization: `Bearer ${shopKey}` } }, (response) => resolve(response.statusCode ?? 0)).on('error', reject).end('{}');
  });
}
