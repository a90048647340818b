/**
 * Attacks with time: senders that take for ever, connections that say nothing, readers that do not read. All of them go on at once, and
 * others are served all the while; then each is seen to be cut off within the limit of its kind.
 */
import assert from 'node:assert/strict';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '#limits';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import { assertServes, assertUnharmed } from '#harness/aftermath';
import { ask, exportOf, sendWell, spanOf } from '#harness/exchange';
import { request, span } from '#harness/protobuf';

/** What is cut off within a limit is cut off within the limit and this, on a loaded machine. */
const SLACK_MS = 20_000;
const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let server: TestServer;
let key = '';
let token = '';
/** A valid key in the wrong hands. */
let hostile = '';
const sockets = new Set<Sender>();
const sessions = new Set<ClientHttp2Session>();
const drips = new Set<NodeJS.Timeout>();

before(async () => {
  server = await startServer();
  [key, token, hostile] = [await addProducer(server.data, 'shop'), await createToken(server.data), await addProducer(server.data, 'mallory')];
});
after(() => {
  for (const drip of drips) clearInterval(drip);
  for (const { socket } of sockets) socket.destroy();
  for (const session of sessions) session.destroy();
});

interface Sender {
  readonly socket: Socket;
  readonly began: number;
  answer: string;
  /** When the server closed the connection, after its beginning. */
  closed_ms: number | null;
}

function sender(url: string, first = '', drip = ''): Sender {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const one: Sender = { socket, began: performance.now(), answer: '', closed_ms: null };
  sockets.add(one);
  socket.on('error', () => {});
  socket.on('data', (part) => (one.answer += part.toString('latin1')));
  socket.on('end', () => socket.end());
  socket.on('close', () => (one.closed_ms = performance.now() - one.began));
  if (first !== '') socket.write(first);
  if (drip !== '') {
    const timer = setInterval(() => (socket.writable ? socket.write(drip) : clearInterval(timer)), 500);
    drips.add(timer);
  }
  return one;
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Fewer than wait in the system's own queue of a listener (511 in Node): what overflows it is let in many seconds later, which would say nothing about the server. */
const AT_ONCE = 250;

/** Connections in groups, each accepted before the next: an answer on the other port shows that the server has been through its listeners. */
async function crowd(count: number, make: () => Sender): Promise<Sender[]> {
  const made: Sender[] = [];
  while (made.length < count) {
    made.push(...times(Math.min(AT_ONCE, count - made.length), make));
    assert.equal((await ask(server, token, '/api/v1/services')).status, 200);
  }
  return made;
}
const head = (more: readonly string[]): string => ['POST /v1/traces HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${hostile}`, 'Content-Type: application/x-protobuf', ...more, '', ''].join('\r\n');

test('slow senders hold up nobody else, and each is cut off within its limit', async (t) => {
  const grpc = `http://${server.otlpGrpc}`;
  const silent = [...(await crowd(200, () => sender(server.otlpHttp))), ...(await crowd(100, () => sender(server.console)))];
  await crowd(200, () => sender(grpc));
  const slowHeaders = [
    ...times(60, () => sender(server.otlpHttp, 'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nX: ', 'x')),
    ...times(30, () => sender(server.console, 'GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\nX: ', 'x')),
  ];
  const slowBodies = [
    ...(await crowd(500, () => sender(server.otlpHttp, head(['Content-Length: 1000000']), 'x'))),
    ...(await crowd(100, () => sender(server.otlpHttp, head(['Transfer-Encoding: chunked']), '1\r\nx\r\n'))),
  ];
  const halfClosed = await crowd(50, () => {
    const one = sender(server.otlpHttp, head(['Content-Length: 1000000']));
    one.socket.end();
    return one;
  });
  const slowMessages = times(60, slowMessage);
  const neverRead = times(20, () => {
    const one = sender(server.console, times(50, () => `GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`).join(''));
    one.socket.pause();
    return one;
  });

  // Only when the attack stands is it one: every call has announced its message and, being no refused one, waits for it.
  await until(() => sessions.size === slowMessages.length && [...sessions].every(({ connecting }) => !connecting), 'the slow calls are open');
  await sleep(1_000);

  await t.test('others send over HTTP and gRPC and read, from new connections, while it goes on', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.race([Promise.all([assertServes(server, key, token), ...times(5, sendOverGrpc)]), sleep(20_000).then(() => assert.fail('others were not served'))]);
      await sleep(300);
    }
  });

  await t.test('headers that do not end, and connections that say nothing, are cut off first', async () => {
    await allClosed([...slowHeaders, ...silent], LIMITS.headers_ms_max);
    for (const { answer } of slowHeaders) assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  await t.test('half-closed connections do not stay', async () => {
    await allClosed(halfClosed, LIMITS.headers_ms_max);
  });

  await t.test('bodies and gRPC messages that do not end are refused when their time is over', async () => {
    await assertServes(server, key, token);
    await allClosed(slowBodies, LIMITS.request_ms_max);
    // What is beyond the share of one producer is refused at once.
    for (const { answer } of slowBodies) assert.match(answer, /^HTTP\/1\.1 (408|503) /);
    for (const wanted of ['408', '503']) assert.ok(slowBodies.some(({ answer }) => answer.startsWith(`HTTP/1.1 ${wanted}`)), wanted);
    for (const status of await Promise.all(slowMessages)) assert.equal(status, '14');
  });

  for (const one of neverRead) one.socket.destroy();
});

test('more connections than the limit are turned away at once, and there is room again when the silent ones are cut off', async () => {
  const silent = await crowd(LIMITS.connections_max + 50, () => sender(server.otlpHttp));
  await until(() => silent.some(({ closed_ms }) => closed_ms !== null), 'somebody is turned away');
  // The other ports have limits of their own.
  await sendOverGrpc();
  assert.equal((await ask(server, token, '/api/v1/services')).status, 200);
  await allClosed(silent, LIMITS.headers_ms_max);
  await sendWell(server, key, exportOf([spanOf()]));
});

test('many calls on one connection, and resets without end, leave the server to others', async () => {
  const session = connectHttp2(`http://${server.otlpGrpc}`);
  sessions.add(session);
  session.on('error', () => {});
  // CVE-2023-44487: streams opened and reset at once.
  for (let i = 0; i < 5_000 && !session.destroyed; i++) {
    const stream = session.request(callHeaders());
    stream.on('error', () => {});
    stream.close(constants.NGHTTP2_CANCEL);
    if (i % 200 === 0) await sleep(1);
  }
  await sendOverGrpc();
  await assertServes(server, key, token);
  session.destroy();
});

test('a broken HTTP/2 preface, frames too large and headers without end are cut off', async () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const settings = '\0\0\0\x04\0\0\0\0\0';
  const cases = ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'x'.repeat(100_000), `${preface}${settings}\xff\xff\xff\x00\0\0\0\0\x01`, `${preface}${settings}${`\x00\x40\x00\x09\x00\0\0\0\x01${'\x82'.repeat(0x4000)}`.repeat(30)}`, `${preface}${'\x00\x00\x06\x04\0\0\0\0\0\0\x04\0\0\0\x01'.repeat(20_000)}`];
  for (const bytes of cases) {
    const one = sender(`http://${server.otlpGrpc}`);
    one.socket.write(Buffer.from(bytes, 'latin1'));
    await Promise.race([until(() => one.closed_ms !== null, 'the connection is closed', 15_000).catch(() => {}), sleep(1_500)]);
    await sendOverGrpc();
    one.socket.destroy();
  }
});

test('after all that: it serves, and its account is what can be read', async () => {
  await assertUnharmed(server, key, token);
});

/** Not before anything else is waited for: the limit counts from the beginning of each. */
async function allClosed(senders: readonly Sender[], limit_ms: number): Promise<void> {
  const latest = Math.max(...senders.map(({ began }) => began)) + limit_ms + SLACK_MS;
  await until(() => senders.every(({ closed_ms }) => closed_ms !== null), `${senders.length} connections are closed`, Math.max(1, latest - performance.now()));
}

function callHeaders(): Record<string, string> {
  return { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers', authorization: `Bearer ${hostile}` };
}

/** A call that announces a message and never sends it; its gRPC status. */
async function slowMessage(): Promise<string> {
  const session = connectHttp2(`http://${server.otlpGrpc}`);
  sessions.add(session);
  session.on('error', () => {});
  const stream = session.request(callHeaders(), { endStream: false });
  stream.on('error', () => {});
  stream.write(Buffer.from([0, 0, 1, 0, 0, 0x0a]));
  const answer = once(stream, 'response', { signal: AbortSignal.timeout(LIMITS.request_ms_max + SLACK_MS) });
  const trailers = once(stream, 'trailers', { signal: AbortSignal.timeout(LIMITS.request_ms_max + SLACK_MS) });
  trailers.catch(() => {});
  const [headers] = (await answer) as [Record<string, string>];
  const status = headers['grpc-status'] ?? ((await trailers) as [Record<string, string>])[0]['grpc-status'];
  session.destroy();
  return String(status);
}

async function sendOverGrpc(): Promise<void> {
  const client = new Client(server.otlpGrpc, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const same = (bytes: Buffer): Buffer => bytes;
  const body = request([span(crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(8)), 'somebody else')]);
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(PATH, same, same, body, metadata, { deadline: Date.now() + 20_000 }, (error) => {
      client.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}
