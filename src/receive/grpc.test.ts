import assert from 'node:assert/strict';
import { connect as http2Connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type CallOptions, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { GRPC, REFUSALS, refuse, type RefusalCode } from '#refusal';
import { type Rig, startRig } from './fake-door.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const BODY = Buffer.from('0a0212000a021200', 'hex');

// google/rpc/status.proto, google/rpc/error_details.proto, google/protobuf/any.proto and duration.proto
const root = protobuf.parse(`syntax = "proto3";
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message BadRequest { repeated Violation field_violations = 1; message Violation { string field = 1; string description = 2; } }`, { keepCase: true }).root;

interface Reply {
  readonly code: number;
  readonly details: string;
  readonly body: Buffer | undefined;
  readonly trailers: Metadata;
}

function call(rig: Rig, body: Buffer, { method = EXPORT, authorization = ['Bearer good'], gzip = false, options = {} as CallOptions } = {}): Promise<Reply> {
  const client = new Client(`127.0.0.1:${rig.grpcPort}`, credentials.createInsecure(), { 'grpc.default_compression_algorithm': gzip ? 2 : 0, 'grpc.max_send_message_length': -1, 'grpc.enable_retries': 0 });
  const metadata = new Metadata();
  for (const value of authorization) metadata.add('authorization', value);
  return new Promise((resolve) => {
    const same = (bytes: Buffer): Buffer => bytes;
    const unary = client.makeUnaryRequest(method, same, same, body, metadata, options, (error: ServiceError | null, reply?: Buffer) => {
      client.close();
      resolve({ code: error?.code ?? 0, details: error?.details ?? '', body: reply, trailers: error?.metadata ?? new Metadata() });
    });
    unary.on('error', () => {});
  });
}

function assertRefused(reply: Reply, code: RefusalCode): void {
  const row = REFUSALS[code];
  assert.equal(reply.details.slice(0, reply.details.indexOf(': ')), code);
  assert.equal(reply.code, row.grpc);
  const [status] = reply.trailers.get('grpc-status-details-bin');
  const decoded = root.lookupType('Status').toObject(root.lookupType('Status').decode(status as Buffer)) as { code: number; message: string; details?: { type_url: string; value: Buffer }[] };
  assert.equal(decoded.code, row.grpc);
  assert.equal(decoded.message, reply.details);
  const retry = decoded.details?.find(({ type_url }) => type_url.endsWith('/google.rpc.RetryInfo'));
  assert.equal(retry !== undefined, row.retry);
  if (retry !== undefined) assert.deepEqual(root.lookupType('RetryInfo').toObject(root.lookupType('RetryInfo').decode(retry.value), { longs: Number }), { retry_delay: { seconds: 1 } });
  const bad = decoded.details?.find(({ type_url }) => type_url.endsWith('/google.rpc.BadRequest'));
  assert.equal(bad !== undefined, row.http === 400);
}

async function until(holds: () => boolean): Promise<void> {
  // Machines under load are slow: half a minute.
  const end = performance.now() + 30_000;
  while (performance.now() < end && !holds()) await sleep(5);
  assert.ok(holds(), 'what was waited for did not come');
}

test('a message goes in as it came, in a buffer of its own, plain and gzip', async () => {
  await using rig = await startRig();
  for (const gzip of [false, true]) {
    for (const body of [BODY, Buffer.alloc(300_000, 'abc')]) {
      const reply = await call(rig, body, { gzip });
      assert.deepEqual([reply.code, reply.body?.length], [0, 0]);
      const last = rig.door.submitted.at(-1);
      assert.deepEqual(Buffer.from(last?.body ?? []), body);
      assert.deepEqual([last?.body.byteOffset, last?.body.buffer.byteLength, last?.encoding, last?.producer], [0, body.length, 'protobuf', 'good']);
    }
  }
  assert.equal((await call(rig, Buffer.alloc(0))).code, 0);
  assert.equal(rig.door.submitted.length, 4);
  assert.deepEqual(rig.door.outcomes, Array(5).fill('grpc ok'));
});

test('partial success and warnings', async () => {
  await using rig = await startRig();
  rig.door.answer = () => ({ rejectedSpans: 300, message: 'why' });
  assert.deepEqual((await call(rig, BODY)).body, Buffer.from('0a0808ac021203776879', 'hex'));
  rig.door.answer = () => ({ rejectedSpans: 0, message: 'why' });
  assert.deepEqual((await call(rig, BODY)).body, Buffer.from('0a051203776879', 'hex'));
  assert.deepEqual(rig.door.outcomes, ['grpc partial', 'grpc ok']);
});

test('every refusal a request can meet has its code, and RetryInfo exactly when it is retryable', async () => {
  await using rig = await startRig();
  const codes = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => !code.startsWith('span_'));
  for (const code of codes) {
    rig.door.answer = () => refuse(code, 'a place');
    assertRefused(await call(rig, BODY), code);
  }
  rig.door.answer = () => ({ rejectedSpans: 0, message: '' });
  const before = rig.door.submitted.length;
  assertRefused(await call(rig, BODY, { authorization: [] }), 'credential_missing');
  assertRefused(await call(rig, BODY, { authorization: ['Bearer bad'] }), 'credential_unknown');
  for (const code of ['disk_full', 'overloaded', 'draining'] as const) {
    rig.door.closed = refuse(code);
    assertRefused(await call(rig, BODY), code);
  }
  assert.equal(rig.door.submitted.length, before);
});

test('unknown services and methods are UNIMPLEMENTED', async () => {
  await using rig = await startRig();
  for (const method of ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', '/opentelemetry.proto.collector.trace.v1.TraceService/Other', '/x', '/']) {
    assert.equal((await call(rig, BODY, { method })).code, GRPC.unimplemented);
  }
});

test('a message over the limit is RESOURCE_EXHAUSTED without RetryInfo, before and after decompression', async () => {
  await using rig = await startRig({ body_wire_bytes_max: 100_000 });
  for (const gzip of [false, true]) {
    const reply = await call(rig, Buffer.alloc(100_001), { gzip });
    assert.equal(reply.code, GRPC.resourceExhausted);
    assert.deepEqual(reply.trailers.get('grpc-status-details-bin'), []);
  }
  assert.equal((await call(rig, Buffer.alloc(100_000), { gzip: true })).code, 0);
  await until(() => rig.receivers.inFlight().requests === 0);
  assert.deepEqual(rig.door.outcomes, ['grpc aborted', 'grpc aborted', 'grpc ok']);
});

test('a failure of the door is INTERNAL with an id that the report has too', async () => {
  await using rig = await startRig();
  rig.door.answer = () => Promise.reject(new Error('cannot keep a span'));
  const reply = await call(rig, BODY);
  assertRefused(reply, 'internal');
  assert.match(reply.details, /request id [0-9a-f]{16}/);
  assert.equal(rig.door.failures.length, 1);
});

/** A client below grpc-js: a request with any headers and frames. */
class RawCall {
  readonly session: ClientHttp2Session;
  readonly headers: Promise<IncomingHttpHeaders>;
  readonly stream;

  constructor(port: number, headers: Record<string, string> = {}, endStream = false) {
    this.session = http2Connect(`http://127.0.0.1:${port}`);
    this.session.on('error', () => {});
    this.stream = this.session.request({ ':method': 'POST', ':path': EXPORT, 'content-type': 'application/grpc', te: 'trailers', authorization: 'Bearer good', ...headers }, { endStream });
    this.stream.on('error', () => {}).resume();
    this.headers = new Promise((resolve) => {
      let got: IncomingHttpHeaders = {};
      this.stream.on('response', (response) => (got = response));
      this.stream.on('trailers', (trailers) => (got = { ...got, ...trailers }));
      this.stream.on('close', () => resolve(got));
    });
  }
}

function frame(body: Uint8Array, compressed = 0): Buffer {
  const header = Buffer.from([compressed, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

test('without a credential no byte of the message is read', async () => {
  await using rig = await startRig();
  const raw = new RawCall(rig.grpcPort, { authorization: 'Bearer bad' });
  raw.stream.write(frame(Buffer.alloc(1000)).subarray(0, 500));
  assert.equal((await Promise.race([raw.headers, new Promise<IncomingHttpHeaders>((resolve) => raw.stream.once('response', resolve))]))['grpc-status'], '16');
  assert.equal(rig.receivers.inFlight().requests, 0);
  raw.session.destroy();
});

test('no header reaches a log', async (context) => {
  await using rig = await startRig();
  const spy = context.mock.method(console, 'error', () => {});
  const raw = new RawCall(rig.grpcPort, { authorization: 'Bearer hunter2\u00e9', 'x-other': 'hunter2\u00e9' });
  raw.stream.end(frame(BODY));
  assert.equal((await raw.headers)['grpc-status'], '16');
  raw.session.destroy();
  assert.equal(spy.mock.callCount(), 0);
});

test('malformed calls are answered or closed, and hold nothing', async () => {
  await using rig = await startRig({ request_ms_max: 400 });
  const statuses: Record<string, string | undefined> = {};
  const cases: [string, Record<string, string>, Buffer | null][] = [
    ['no message', {}, null],
    ['two messages', {}, Buffer.concat([frame(BODY), frame(BODY)])],
    ['not gzip', { 'grpc-encoding': 'gzip' }, frame(BODY, 1)],
    ['cut gzip', { 'grpc-encoding': 'gzip' }, frame(gzipSync(BODY).subarray(0, -3), 1)],
    ['unknown coding', { 'grpc-encoding': 'zstd' }, frame(BODY, 1)],
    ['length beyond', {}, frame(BODY).subarray(0, 8)],
    ['length of 4 GiB', {}, Buffer.from([0, 255, 255, 255, 255])],
    ['bad timeout', { 'grpc-timeout': 'soon' }, frame(BODY)],
    ['odd path', { ':path': '/\u00e9\u00ff%00' }, frame(BODY)],
    ['odd type', { 'content-type': 'text/plain' }, frame(BODY)],
    ['odd binary', { 'x-bin': '\u00ff***' }, frame(BODY)],
    ['two credentials', { authorization: 'Bearer good, Bearer bad' }, frame(BODY)],
  ];
  for (const [name, headers, body] of cases) {
    const raw = new RawCall(rig.grpcPort, headers);
    if (body === null) raw.stream.end();
    else raw.stream.end(body);
    const got = await raw.headers;
    statuses[name] = String(got['grpc-status'] ?? got[':status']);
    raw.session.destroy();
  }
  await until(() => rig.receivers.inFlight().requests === 0);
  assert.deepEqual(statuses, {
    'no message': '12', 'two messages': '12', 'not gzip': '13', 'cut gzip': '13', 'unknown coding': '12', 'length beyond': '12', 'length of 4 GiB': '8', 'bad timeout': '13',
    'odd path': '12', 'odd type': '415', 'odd binary': '0', 'two credentials': '16',
  });
  assert.equal((await call(rig, BODY)).code, 0);
});

test('the deadline of a sender ends its call, not the work on what it sent', async () => {
  await using rig = await startRig();
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.door.answer = () => promise.then(() => ({ rejectedSpans: 0, message: '' }));
  const raw = new RawCall(rig.grpcPort, { 'grpc-timeout': '50m' });
  raw.stream.end(frame(BODY));
  assert.equal((await raw.headers)['grpc-status'], '4');
  raw.session.destroy();
  assert.deepEqual([rig.receivers.inFlight().requests, rig.door.outcomes.length], [1, 0]);
  resolve();
  await until(() => rig.receivers.inFlight().requests === 0);
  assert.deepEqual(rig.door.outcomes, ['grpc ok']);
});

test('a slow message is cut, counted, and its place given to the next', async () => {
  await using rig = await startRig({ request_ms_max: 150 });
  const slow = Array.from({ length: 20 }, () => new RawCall(rig.grpcPort));
  const answered = slow.map(({ stream }) => new Promise<unknown>((resolve) => stream.once('response', (headers) => resolve(headers['grpc-status']))));
  for (const { stream } of slow) stream.write(frame(Buffer.alloc(1000)).subarray(0, 10));
  const cut = (): number => rig.door.outcomes.filter((outcome) => outcome === 'grpc sender_too_slow').length;
  // All have been let in; on a slow machine some have been cut already.
  await until(() => rig.receivers.inFlight().requests + cut() >= 20);
  const reply = call(rig, BODY);
  assert.deepEqual(await Promise.all(answered), slow.map(() => '14'));
  assert.equal((await reply).code === 0 || (await reply).code === 14, true);
  assert.equal((await call(rig, BODY)).code, 0);
  for (const { session } of slow) session.destroy();
  assert.equal(cut() >= 20, true);
});

test('a sender that resets, or goes away, gives back what it held', async () => {
  await using rig = await startRig();
  for (const leave of [(raw: RawCall) => raw.stream.close(8), (raw: RawCall) => raw.session.destroy()]) {
    const raw = new RawCall(rig.grpcPort);
    raw.stream.write(frame(Buffer.alloc(1000)).subarray(0, 10));
    await until(() => rig.receivers.inFlight().requests === 1);
    leave(raw);
    await until(() => rig.receivers.inFlight().requests === 0);
    raw.session.destroy();
  }
  assert.deepEqual(rig.door.outcomes, ['grpc aborted', 'grpc aborted']);
});

test('a rapid reset of streams ends the session, not the server', async () => {
  await using rig = await startRig();
  const { session, stream } = new RawCall(rig.grpcPort);
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  const flood = setInterval(() => {
    for (let i = 0; i < 100 && !session.destroyed && !session.closed; i++) {
      const one = session.request({ ':method': 'POST', ':path': EXPORT, 'content-type': 'application/grpc', authorization: 'Bearer good' }, { endStream: false });
      one.on('error', () => {});
      one.close(8);
    }
  }, 1);
  await Promise.race([closed, sleep(4_000, undefined, { ref: false })]);
  clearInterval(flood);
  assert.ok(session.destroyed || session.closed, 'the session goes on');
  stream.destroy();
  await until(() => rig.receivers.inFlight().requests === 0);
  assert.equal((await call(rig, BODY)).code, 0);
});

test('stop() answers what is under way and cuts the rest', async () => {
  await using rig = await startRig({ drain_ms_max: 300 });
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.door.answer = () => promise.then(() => ({ rejectedSpans: 0, message: '' }));
  const reply = call(rig, BODY);
  await until(() => rig.door.submitted.length === 1);
  const stopped = rig.receivers.stop();
  setTimeout(resolve, 50);
  assert.equal((await reply).code, 0);
  await stopped;
  assert.equal((await call(rig, BODY, { options: { deadline: Date.now() + 500 } })).code !== 0, true);
});

test('stop() cuts calls that do not end and sessions that stay', async () => {
  await using rig = await startRig({ drain_ms_max: 100 });
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.door.answer = () => promise.then(() => ({ rejectedSpans: 0, message: '' }));
  const reply = call(rig, BODY);
  const half = new RawCall(rig.grpcPort);
  half.stream.write('x');
  await until(() => rig.receivers.inFlight().requests === 2);
  await rig.receivers.stop();
  assert.notEqual((await reply).code, 0);
  resolve();
  await until(() => rig.receivers.inFlight().requests === 0);
  half.session.destroy();
});
