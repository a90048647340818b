import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { crc32, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { REFUSALS, refuse, type RefusalCode } from '#refusal';
import { head, RawConnection, type RawAnswer, type Rig, startRig } from './fake-door.ts';

const BODY = Buffer.from('0a0212000a021200', 'hex');
const TRACES = 'POST /v1/traces';

/** One request on a connection of its own. */
async function ask(rig: Rig, line: string, headers: Readonly<Record<string, string | number>> = {}, body: Uint8Array = BODY): Promise<RawAnswer> {
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(line, { 'Content-Length': body.length, ...headers }), body);
  const answer = await connection.answer();
  connection.socket.destroy();
  assert.ok(answer !== null, 'no answer');
  return answer;
}

/** The refusal that a JSON or protobuf status names: every message begins with the code. */
function codeIn(answer: RawAnswer): string {
  const message = answer.headers['content-type'] === 'application/json' ? (JSON.parse(answer.body.toString()) as { message: string }).message : protobufMessage(answer.body);
  return message.slice(0, message.indexOf(': '));
}

/** google.rpc.Status: code = 1, then message = 2. */
function protobufMessage(status: Buffer): string {
  assert.deepEqual([status[0], status[2]], [0x08, 0x12]);
  const long = (status[3] as number) > 127;
  const length = long ? ((status[3] as number) & 127) | ((status[4] as number) << 7) : (status[3] as number);
  return status.subarray(long ? 5 : 4, (long ? 5 : 4) + length).toString();
}

function assertRefused(answer: RawAnswer, code: RefusalCode): void {
  assert.equal(codeIn(answer), code);
  assert.equal(answer.status, REFUSALS[code].http);
  assert.equal(answer.headers['retry-after'], REFUSALS[code].retry ? '1' : undefined);
}

test('a body goes in as it came and in a buffer of its own, whatever its coding', async () => {
  await using rig = await startRig();
  const codings: Record<string, Uint8Array> = { '': BODY, identity: BODY, gzip: gzipSync(BODY), 'x-gzip': gzipSync(BODY), GZIP: gzipSync(BODY), deflate: deflateSync(BODY), zstd: zstdCompressSync(BODY) };
  for (const [coding, body] of [...Object.entries(codings), ['deflate', deflateRawSync(BODY)] as const, ['gzip', Buffer.concat([gzipSync(BODY.subarray(0, 3)), gzipSync(BODY.subarray(3))])] as const]) {
    const answer = await ask(rig, TRACES, { 'Content-Encoding': coding }, body);
    assert.equal(answer.status, 200, coding);
    assert.equal(answer.headers['content-type'], 'application/x-protobuf');
    assert.equal(answer.body.length, 0);
    const last = rig.door.submitted.at(-1);
    assert.deepEqual(Buffer.from(last?.body ?? []), BODY, coding);
    assert.equal(last?.body.byteOffset, 0);
    assert.equal(last?.body.buffer.byteLength, BODY.length);
    assert.equal(last?.producer, 'good');
  }
});

test('media types are taken with parameters and in any case, and answered in kind', async () => {
  await using rig = await startRig();
  for (const [type, encoding] of [['application/json', 'json'], ['Application/JSON; charset=utf-8', 'json'], ['application/x-protobuf;v=1', 'protobuf'], [' application/x-protobuf ', 'protobuf']] as const) {
    const answer = await ask(rig, TRACES, { 'Content-Type': type });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], encoding === 'json' ? 'application/json' : 'application/x-protobuf');
    assert.equal(answer.body.toString(), encoding === 'json' ? '{}' : '');
    assert.equal(rig.door.submitted.at(-1)?.encoding, encoding);
  }
});

test('what the headers refuse', async () => {
  await using rig = await startRig({ body_wire_bytes_max: 1000 });
  const cases: [RefusalCode, string, Record<string, string | number>][] = [
    ['path_unknown', 'GET /', { Authorization: '' }],
    ['path_unknown', 'POST /v1/traces/', {}],
    ['path_unknown', 'POST /', {}],
    ['method_unknown', 'GET /v1/traces', { Authorization: '' }],
    ['method_unknown', 'PUT /v1/traces', {}],
    ['method_unknown', 'OPTIONS /v1/traces', {}],
    ['credential_missing', TRACES, { Authorization: '' }],
    ['credential_missing', TRACES, { Authorization: '', 'Content-Type': 'text/plain' }],
    ['credential_missing', 'POST /v1/metrics', { Authorization: '' }],
    ['credential_unknown', TRACES, { Authorization: 'Bearer bad' }],
    ['credential_unknown', TRACES, { authorization: 'Bearer other' }],
    ['signal_unsupported', 'POST /v1/metrics', {}],
    ['signal_unsupported', 'POST /v1/logs', {}],
    ['signal_unsupported', 'POST /v1development/profiles', {}],
    ['media_type_unknown', TRACES, { 'Content-Type': 'text/plain' }],
    ['media_type_unknown', TRACES, { 'Content-Type': '' }],
    ['media_type_unknown', TRACES, { 'Content-Type': 'application/grpc' }],
    ['encoding_unknown', TRACES, { 'Content-Encoding': 'br' }],
    ['encoding_unknown', TRACES, { 'Content-Encoding': 'gzip, gzip' }],
    ['body_too_large', TRACES, { 'Content-Length': 1001 }],
    ['headers_too_large', TRACES, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, '1']))],
  ];
  for (const [code, line, headers] of cases) {
    for (const type of 'Content-Type' in headers ? [headers['Content-Type']] : ['application/json', 'application/x-protobuf']) {
      const answer = await ask(rig, line, { 'Content-Type': type ?? '', ...headers });
      assertRefused(answer, code);
      assert.equal(answer.headers['content-type'], type === 'application/x-protobuf' ? type : 'application/json');
      assert.equal(answer.headers['allow'], code === 'method_unknown' ? 'POST' : undefined);
      assert.equal(answer.headers['www-authenticate']?.startsWith('Bearer'), code.startsWith('credential_') ? true : undefined);
    }
  }
  assertRefused(await ask(rig, TRACES, { 'Content-Length': '', 'Transfer-Encoding': 'gzip, chunked' }, Buffer.from('0\r\n\r\n')), 'encoding_unknown');
  assert.equal(rig.door.submitted.length, 0);
});

test('HEAD is refused with headers alone', async () => {
  await using rig = await startRig();
  const connection = new RawConnection(rig.httpPort);
  connection.send(head('HEAD /v1/traces', { Connection: 'close' }));
  await connection.closed;
  assert.match(connection.received(), /^HTTP\/1\.1 405 [\s\S]{1,400}\r\n\r\n$/);
});

test('absolute-form targets and queries name the same path', async () => {
  await using rig = await startRig();
  for (const target of ['http://host:4318/v1/traces', '/v1/traces?a=b', 'http://host/v1/traces?x']) assert.equal((await ask(rig, `POST ${target}`)).status, 200, target);
  assertRefused(await ask(rig, 'POST http://host'), 'path_unknown');
});

test('a refused sender keeps its connection when its body is short, and the next request is read as one', async () => {
  await using rig = await startRig();
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(TRACES, { Authorization: 'Bearer bad', 'Content-Length': 5 }), 'POST ');
  assert.equal((await connection.answer())?.status, 401);
  connection.send(head(TRACES, { 'Content-Length': BODY.length }), BODY);
  assert.equal((await connection.answer())?.status, 200);
  connection.socket.destroy();
  assert.equal(rig.door.submitted.length, 1);
});

test('what the door answers reaches the sender in both encodings', async () => {
  await using rig = await startRig();
  rig.door.answer = () => ({ rejectedSpans: 3, message: 'three of another service' });
  const json = await ask(rig, TRACES, { 'Content-Type': 'application/json' });
  assert.equal(json.status, 200);
  assert.deepEqual(JSON.parse(json.body.toString()), { partialSuccess: { rejectedSpans: '3', errorMessage: 'three of another service' } });
  const proto = await ask(rig, TRACES);
  assert.deepEqual(proto.body, Buffer.concat([Buffer.from([0x0a, 28, 0x08, 3, 0x12, 24]), Buffer.from('three of another service')]));
  rig.door.answer = () => ({ rejectedSpans: 0, message: 'a warning' });
  assert.deepEqual(JSON.parse((await ask(rig, TRACES, { 'Content-Type': 'application/json' })).body.toString()), { partialSuccess: { errorMessage: 'a warning' } });
  for (const code of ['overloaded', 'disk_full', 'draining', 'store_unavailable', 'body_undecodable', 'body_too_deep'] as const) {
    rig.door.answer = () => refuse(code);
    assertRefused(await ask(rig, TRACES), code);
  }
  const { details } = JSON.parse((await ask(rig, TRACES, { 'Content-Type': 'application/json' })).body.toString()) as { details: unknown };
  assert.deepEqual(details, [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'body', description: REFUSALS.body_too_deep.says }] }]);
  assert.deepEqual(rig.door.outcomes.slice(0, 4), ['http partial', 'http partial', 'http ok', 'http overloaded']);
});

test('a failure of the door is 500 with an id that the report has too', async () => {
  await using rig = await startRig();
  rig.door.answer = () => Promise.reject(new Error('cannot keep a span'));
  const answer = await ask(rig, TRACES);
  assertRefused(answer, 'internal');
  assert.match(answer.body.toString('latin1'), /request id [0-9a-f]{16}/);
  assert.doesNotMatch(answer.body.toString('latin1'), /cannot keep/);
  assert.deepEqual(rig.door.failures, ['Error: cannot keep a span']);
});

test('a door that admits nobody is asked before the body is read', async () => {
  await using rig = await startRig();
  rig.door.closed = refuse('disk_full');
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(TRACES, { 'Content-Length': 10_000_000 }));
  const answer = await connection.answer();
  assert.ok(answer !== null);
  assertRefused(answer, 'disk_full');
  assert.equal(answer.headers['connection'], 'close');
  connection.socket.destroy();
});

test('an empty request is a success in every coding, with a length of 0 and without any', async () => {
  await using rig = await startRig();
  const nothing = Buffer.alloc(0);
  assert.equal((await ask(rig, TRACES, {}, nothing)).status, 200);
  assert.equal((await ask(rig, TRACES, { 'Content-Length': '' }, nothing)).status, 200);
  assert.equal((await ask(rig, TRACES, { 'Content-Encoding': 'gzip' }, gzipSync(nothing))).status, 200);
  assert.equal((await ask(rig, TRACES, { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }, Buffer.from('0\r\n\r\n'))).status, 200);
  assert.equal(rig.door.submitted.length, 0);
});

test('bombs, truncated and trailing bytes are refused within the limits', async () => {
  const max = 1_000_000;
  await using rig = await startRig({ body_inflated_bytes_max: max, bytes_in_flight_max: 4 * max });
  const zeros = Buffer.alloc(max + 1);
  const gzip = gzipSync(BODY);
  const lying = Buffer.concat([gzipSync(Buffer.alloc(2 * max)).subarray(0, -4), Buffer.from([8, 0, 0, 0])]); // claims to hold 8 bytes
  const bombs: [string, Uint8Array][] = [
    ['gzip', gzipSync(zeros)], ['deflate', deflateSync(zeros)], ['deflate', deflateRawSync(zeros)], ['zstd', zstdCompressSync(zeros)], ['gzip', lying],
    ['gzip', Buffer.concat(Array<Buffer>(101).fill(gzipSync(Buffer.alloc(10_000))))], ['zstd', Buffer.concat(Array<Buffer>(101).fill(zstdCompressSync(Buffer.alloc(10_000))))],
  ];
  for (const [coding, body] of bombs) assertRefused(await ask(rig, TRACES, { 'Content-Encoding': coding }, body), 'body_too_large');
  const broken: [string, Uint8Array][] = [
    ['gzip', gzip.subarray(0, -1)], ['gzip', gzip.subarray(0, 12)], ['gzip', Buffer.from([0x1f])], ['gzip', BODY], ['gzip', Buffer.concat([gzip, Buffer.from('x')])],
    ['gzip', Buffer.concat([gzip, Buffer.alloc(2)])], ['gzip', Buffer.concat([gzip, gzip.subarray(0, 12)])], ['deflate', deflateSync(BODY).subarray(0, -1)],
    ['deflate', Buffer.concat([deflateSync(BODY), Buffer.from('x')])], ['deflate', Buffer.concat([deflateRawSync(BODY), Buffer.from('x')])], ['zstd', zstdCompressSync(BODY).subarray(0, -1)],
    ['zstd', Buffer.concat([zstdCompressSync(BODY), Buffer.from('x')])], ['zstd', BODY],
  ];
  const wrong = Buffer.from(gzip);
  wrong.writeUInt32LE(crc32(BODY) ^ 1, wrong.length - 8);
  for (const [coding, body] of [...broken, ['gzip', wrong] as const]) assertRefused(await ask(rig, TRACES, { 'Content-Encoding': coding }, body), 'body_undecodable');
  assert.equal(rig.door.submitted.length, 0);
  assert.equal((await ask(rig, TRACES, { 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(max)))).status, 200);
});

test('many bombs at once stay within the bytes that may be in flight', async () => {
  await using rig = await startRig({ body_inflated_bytes_max: 1_000_000, bytes_in_flight_max: 1_500_000 });
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.door.answer = () => promise.then(() => ({ rejectedSpans: 0, message: '' }));
  const bomb = gzipSync(Buffer.alloc(900_000));
  const asked = Array.from({ length: 24 }, () => ask(rig, TRACES, { 'Content-Encoding': 'gzip' }, bomb));
  for (let i = 0; i < 500 && rig.door.outcomes.length < 23; i++) await sleep(5);
  assert.ok(rig.door.submitted.length <= 1, `${rig.door.submitted.length} bombs are held at once`);
  assert.ok(rig.receivers.inFlight().bytes <= 1_500_000);
  resolve();
  const answers = await Promise.all(asked);
  for (const answer of answers) if (answer.status !== 200) assertRefused(answer, 'overloaded');
  assert.equal((await ask(rig, TRACES)).status, 200);
});
