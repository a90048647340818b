import assert from 'node:assert/strict';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Authority, type Files } from '#authority';
import type { TlsSettings } from '#config';
import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';
import { groupIn } from './exchange.ts';
import type { HandshakeLimits } from './handshakes.ts';
import { nameIn, peerOf } from './peer.ts';
import { isDnsName, isWorkloadId, readSpiffeId } from './spiffe.ts';
import { Tls, type Exchange } from './tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-tls-'));
let authority: Authority;
let files: Files;
let settings: TlsSettings;
const opened: { close(): void }[] = [];

before(() => {
  authority = Authority.create({ folder: join(folder, 'ca'), dataDir: join(folder, 'data'), trustDomain: 'example.org', name: 'Test', valid_ms: 86_400_000 });
  files = issueServer();
  settings = { certificate: files.certificate, key: files.key, clientCa: authority.files.certificate, clientAuth: 'accept', minVersion: 'TLSv1.3' };
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('connections have the post-quantum group where the client can, also if it would rather have another, and are counted by it', async () => {
  const { port, connected } = await listen();
  for (const [ecdhCurve, group] of [['X25519:X25519MLKEM768', 'X25519MLKEM768'], ['X25519', 'x25519'], ['P-256', 'secp256r1']] as const) {
    const socket = await open(port, { ecdhCurve });
    assert.deepEqual(connected.at(-1), { version: 'TLSv1.3', group });
    socket.destroy();
  }
  await assert.rejects(open(port, { ecdhCurve: 'P-384' }));
  assert.equal(connected.length, 3);
});

test('handshakes beyond the rate are reset and counted, and connections that were made go on', async () => {
  const { port, failed } = await listen({}, { ...LIMITS, tls_handshakes_network_burst_max: 3, tls_handshakes_network_per_s_max: 0 });
  const made = [await open(port, {}), await open(port, {}), await open(port, {})];
  for (let times = 0; times < 20; times++) await assert.rejects(open(port, {}));
  assert.deepEqual(failed, Array.from({ length: 20 }, () => 'rate'));
  for (const socket of made) {
    socket.write('again');
    await once(socket, 'data');
  }
});

test('what fails is counted by its reason', async () => {
  const { port, failed } = await listen();
  for (const more of [{ maxVersion: 'TLSv1.2' }, { ecdhCurve: 'P-521' }] satisfies ConnectionOptions[]) await assert.rejects(open(port, more));
  const plain = createConnection(port, '127.0.0.1').on('error', () => {});
  plain.write('GET / HTTP/1.1\r\n\r\n');
  await once(plain, 'close');
  assert.deepEqual(failed, ['version', 'group', 'not_tls']);
});

test('no session is resumed, which would bring a certificate along unchecked', async () => {
  const { port } = await listen({ minVersion: 'TLSv1.2' });
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    const first = await open(port, { ...producer('shop'), maxVersion });
    const second = await open(port, { session: first.getSession(), maxVersion });
    assert.equal(second.isSessionReused(), false, maxVersion);
  }
});

test('a renewed certificate is used by the next connection, while the one before goes on', async () => {
  const { port, tls } = await listen();
  const before = await open(port, {});
  const first = before.getPeerX509Certificate()?.serialNumber;
  issueServer();
  tls.look();
  const next = await open(port, {});
  assert.notEqual(next.getPeerX509Certificate()?.serialNumber, first);
  assert.equal(before.destroyed, false);
});

test('a changed pair that cannot be used leaves the old one in use and is told once', async () => {
  const { port, tls, problems } = await listen();
  const serial = (await open(port, {})).getPeerX509Certificate()?.serialNumber;
  const other = authority.issue({ kind: 'server', name: 'other', id: 'spiffe://example.org/other', dns: ['localhost'], ips: [], valid_ms: 3_600_000 });
  writeFileSync(files.key, textNow(other.files.key));
  // Both files may be in the middle of being replaced: the first look says nothing.
  tls.look();
  assert.deepEqual(problems, []);
  tls.look();
  tls.look();
  assert.deepEqual(problems, ['unusable']);
  assert.equal((await open(port, {})).getPeerX509Certificate()?.serialNumber, serial);
  writeFileSync(files.certificate, textNow(other.files.certificate));
  tls.look();
  assert.notEqual((await open(port, {})).getPeerX509Certificate()?.serialNumber, serial);
  issueServer();
});

test('connections that showed a certificate end when other authorities are trusted', async () => {
  const shown = producer('shop');
  const clientCa = join(folder, 'clients.crt');
  writeFileSync(clientCa, textNow(authority.files.certificate));
  const { port, tls, sockets } = await listen({ clientCa });
  const [plain, one] = [await open(port, {}), await open(port, shown)];
  const closed = once(one, 'close');
  const elsewhere = Authority.create({ folder: join(folder, 'ca-2'), dataDir: join(folder, 'data'), trustDomain: 'example.net', name: 'Other', valid_ms: 86_400_000 });
  writeFileSync(clientCa, textNow(elsewhere.files.certificate));
  tls.look();
  await closed;
  assert.equal(plain.destroyed, false);
  await open(port, shown);
  const peer = peerOf(sockets.at(-1) ?? assert.fail());
  assert.ok(peer !== null && isRefusal(peer) && peer.refused === 'certificate_untrusted');
});

test('a certificate that ends soon is told once', async () => {
  const short = authority.issue({ kind: 'server', name: 'short', id: 'spiffe://example.org/short', dns: ['localhost'], ips: [], valid_ms: 60_500 });
  const { tls, problems } = await listen({ certificate: short.files.certificate, key: short.files.key });
  tls.look();
  tls.look();
  assert.deepEqual(problems, ['ending']);
});

test('TLS 1.2 is spoken only where it was asked for, with forward secrecy alone, and that is told', async () => {
  const { port, problems, connected } = await listen({ minVersion: 'TLSv1.2' });
  assert.deepEqual(problems, ['version']);
  (await open(port, { maxVersion: 'TLSv1.2' })).destroy();
  assert.equal(connected[0]?.version, 'TLSv1.2');
  for (const ciphers of ['AES256-GCM-SHA384', 'ECDHE-ECDSA-AES256-SHA']) await assert.rejects(open(port, { maxVersion: 'TLSv1.2', ciphers }));
  await assert.rejects(open(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }));
});

test('files that cannot be used do not start, and the sentence names the file', async () => {
  const garbage = join(folder, 'garbage.pem');
  writeFileSync(garbage, 'nothing');
  const strange = producer('strange');
  const foreign = join(folder, 'foreign.key');
  writeFileSync(foreign, strange.key, { mode: 0o600 });
  for (const wrong of [{ certificate: join(folder, 'missing') }, { certificate: garbage }, { key: garbage }, { key: foreign }, { clientCa: garbage }, { clientCa: files.certificate }]) {
    const [file = ''] = Object.values(wrong);
    assert.throws(() => Tls.open({ ...settings, ...wrong }, { problem: () => {}, connected: () => {} }), (error: Error) => /^cannot /.test(error.message) && error.message.includes(file), file);
  }
  chmodSync(foreign, 0o604);
  assert.throws(() => Tls.open({ ...settings, key: foreign }, { problem: () => {}, connected: () => {} }), (error: Error) => /every user/.test(String(error.cause)));
});

test('isOwnHost() is true for the names and addresses of the certificate alone', async () => {
  const { tls } = await listen();
  for (const host of ['localhost', '127.0.0.1', '[::1]']) assert.ok(tls.isOwnHost(host), host);
  for (const host of ['', 'evil.example', '127.0.0.2', '[::2]', 'localhost.', 'server localhost', '[', 'localhost\0']) assert.ok(!tls.isOwnHost(host), host);
});

test('readSpiffeId() takes one spelling of an id', () => {
  assert.deepEqual(readSpiffeId('spiffe://example.org/shop/cart'), { trustDomain: 'example.org', path: '/shop/cart' });
  assert.deepEqual(readSpiffeId('spiffe://example.org'), { trustDomain: 'example.org', path: '' });
  for (const wrong of ['', 'spiffe://', 'spiffe:///shop', 'Spiffe://a/b', 'spiffe://A/b', 'spiffe://a/', 'spiffe://a//b', 'spiffe://a/./b', 'spiffe://a/../b', 'spiffe://a/b/', 'spiffe://a/b?c', 'spiffe://a/b#c', 'spiffe://a/%62', 'spiffe://u@a/b', 'spiffe://a:1/b', 'https://a/b', 'spiffe://a/b c', `spiffe://a/${'b'.repeat(2_100)}`, 'spiffe://a/ä']) assert.equal(readSpiffeId(wrong), null, wrong);
  assert.equal(isWorkloadId('spiffe://example.org'), false);
  for (const name of ['a', 'shop.example.org', 'x-1.y']) assert.ok(isDnsName(name), name);
  for (const name of ['', '.', 'a.', '-a', 'A', '*.a', 'a b', 'a,b', 'x'.repeat(64)]) assert.ok(!isDnsName(name), name);
});

test('nameIn() takes exactly one URI, or none and one DNS name', () => {
  assert.equal(nameIn('URI:spiffe://a/b, DNS:x, DNS:y, IP Address:127.0.0.1'), 'spiffe://a/b');
  assert.equal(nameIn('DNS:shop.example.org'), 'shop.example.org');
  for (const names of [undefined, '', 'IP Address:127.0.0.1', 'DNS:a, DNS:b', 'URI:spiffe://a/b, URI:spiffe://a/c', 'URI:spiffe://a/b, URI:spiffe://a/b', 'URI:https://a/b', 'URI:spiffe://a', 'DNS:*.a', 'URI:"spiffe://a/b, DNS:x"', 'URI:https://a, DNS:b']) {
    const name = nameIn(names);
    assert.ok(typeof name !== 'string' && name.refused === 'certificate_malformed', String(names));
  }
});

test('groupIn() says nothing of what is no session', () => {
  assert.equal(groupIn(Uint8Array.of(0x30, 6, 0xb3, 4, 2, 2, 0x11, 0xec)), 0x11ec);
  for (const bytes of [[], [0x30], [0x30, 0x80], [0x30, 0x84, 1, 1, 1, 1], [0x31, 4, 0xb3, 2, 2, 0], [0x30, 6, 0xb3, 4, 4, 2, 1, 1], [0x30, 5, 0xb3, 4, 2, 2, 0x11], [0x30, 2, 0x02, 0]]) assert.equal(groupIn(Uint8Array.from(bytes)), null, bytes.join(' '));
});

function issueServer(): Files {
  return authority.issue({ kind: 'server', name: 'localhost', id: 'spiffe://example.org/server', dns: ['localhost'], ips: ['127.0.0.1', '::1'], valid_ms: 3_600_000 }).files;
}

function producer(name: string): { readonly cert: string; readonly key: string } {
  const issued = authority.issue({ kind: 'producer', name, id: `spiffe://example.org/${name}`, dns: [], ips: [], valid_ms: 3_600_000 });
  return { cert: textNow(issued.files.certificate), key: textNow(issued.files.key) };
}

async function listen(more: Partial<TlsSettings> = {}, limits: HandshakeLimits = LIMITS): Promise<{ readonly failed: string[]; readonly port: number; readonly tls: Tls; readonly connected: Exchange[]; readonly problems: string[]; readonly sockets: TLSSocket[] }> {
  const [connected, problems, failed, sockets]: [Exchange[], string[], string[], TLSSocket[]] = [[], [], [], []];
  // The looks are the test's own.
  const tls = Tls.open({ ...settings, ...more }, { connected: (_listener, exchange) => connected.push(exchange), problem: (what) => problems.push(what), failed: (_listener, reason) => failed.push(reason) }, 2 ** 30, limits);
  const server = createServer(tls.options(true), (socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).on('data', () => socket.write('.'));
    socket.write('.');
  });
  tls.keep(server, 'test', true);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ close: () => (tls.stop(), server.close(), sockets.forEach((socket) => socket.destroy())) });
  return { port: (server.address() as AddressInfo).port, tls, failed, connected, problems, sockets };
}

const textNow = (file: string): string => readFileSync(file, 'utf8');

/** A connection on which the server has said something: with TLS 1.3 it has then seen the certificate. */
async function open(port: number, more: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: textNow(authority.files.certificate), ...more });
  opened.push({ close: () => socket.destroy() });
  await once(socket, 'data');
  socket.on('error', () => {});
  return socket;
}
