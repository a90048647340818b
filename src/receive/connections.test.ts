import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { head, RawConnection, type Rig, startRig } from './fake-door.ts';

const TRACES = 'POST /v1/traces';
const CHUNKED = { 'Transfer-Encoding': 'chunked' };

function chunk(bytes: Uint8Array | string): string {
  return `${bytes.length.toString(16)}\r\n${Buffer.from(bytes).toString('latin1')}\r\n`;
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await sleep(5);
  assert.ok(holds(), 'what was waited for did not come');
}

test('a chunked body arrives whole, and is cut where it passes the limit', async () => {
  await using rig = await startRig({ body_wire_bytes_max: 200_000 });
  const whole = new RawConnection(rig.httpPort);
  whole.send(head(TRACES, CHUNKED));
  for (let i = 0; i < 20; i++) whole.send(chunk('x'.repeat(10_000)));
  whole.send('0\r\n\r\n');
  assert.equal((await whole.answer())?.status, 200);
  assert.equal(rig.door.submitted[0]?.body.length, 200_000);
  assert.equal(rig.door.submitted[0]?.body.buffer.byteLength, 200_000);
  const endless = new RawConnection(rig.httpPort);
  endless.send(head(TRACES, CHUNKED));
  const pump = setInterval(() => endless.send(chunk('x'.repeat(50_000))), 1);
  const answer = await endless.answer();
  await endless.closed;
  clearInterval(pump);
  assert.equal(answer?.status, 413);
  assert.deepEqual(rig.door.outcomes, ['http ok', 'http body_too_large']);
  whole.socket.destroy();
});

test('one-byte chunks cost their bytes, not a buffer each', async () => {
  await using rig = await startRig();
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(TRACES, CHUNKED), chunk('x').repeat(100_000), '0\r\n\r\n');
  assert.equal((await connection.answer())?.status, 200);
  assert.equal(rig.door.submitted[0]?.body.length, 100_000);
  connection.socket.destroy();
});

test('a length over the limit is refused before a byte of the body', async () => {
  await using rig = await startRig();
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(TRACES, { 'Content-Length': 17 * 1024 * 1024 }));
  const answer = await connection.answer();
  assert.equal(answer?.status, 413);
  assert.equal(answer?.headers['connection'], 'close');
  await connection.closed;
});

test('the sender of a large refused body is read on for a while, so that the answer is not lost to a reset', async () => {
  await using rig = await startRig();
  const connection = new RawConnection(rig.httpPort);
  let failed = false;
  connection.socket.on('error', () => (failed = true));
  connection.send(head(TRACES, { Authorization: '', 'Content-Length': 3 * 1024 * 1024 }), Buffer.alloc(1000));
  const answer = await connection.answer();
  assert.deepEqual([answer?.status, answer?.headers['connection']], [401, 'close']);
  for (let sent = 0; sent < 900_000; sent += 100_000) {
    connection.send(Buffer.alloc(100_000));
    await sleep(2);
  }
  assert.deepEqual([failed, connection.socket.destroyed], [false, false]);
  connection.send(Buffer.alloc(400_000));
  await connection.closed;
  assert.equal(rig.receivers.inFlight().bytes, 0);
});

test('Expect: 100-continue is answered after the credential, and a refusal ends the connection', async () => {
  await using rig = await startRig();
  const good = new RawConnection(rig.httpPort);
  good.send(head(TRACES, { Expect: '100-continue', 'Content-Length': 2 }));
  assert.equal((await good.answer())?.status, 100);
  good.send('\n\0');
  assert.equal((await good.answer())?.status, 200);
  good.socket.destroy();
  const bad = new RawConnection(rig.httpPort);
  bad.send(head(TRACES, { Authorization: 'Bearer bad', Expect: '100-continue', 'Content-Length': 2 }));
  assert.equal((await bad.answer())?.status, 401);
  await bad.closed;
  const odd = new RawConnection(rig.httpPort);
  odd.send(head(TRACES, { Expect: '200-ok', 'Content-Length': 0 }));
  assert.equal((await odd.answer())?.status, 417);
  odd.socket.destroy();
});

test('slow headers, slow bodies and silence are cut and counted, and hold nothing', async () => {
  await using rig = await startRig({ headers_ms_max: 100, request_ms_max: 300, idle_connection_ms_max: 100 });
  const slowHeaders = new RawConnection(rig.httpPort);
  slowHeaders.send('POST /v1/traces HTTP/1.1\r\nHost: x\r\n');
  const silent = new RawConnection(rig.httpPort);
  const slowBody = new RawConnection(rig.httpPort);
  slowBody.send(head(TRACES, { 'Content-Length': 1000 }));
  const drip = setInterval(() => slowBody.send('x'), 20);
  assert.equal((await slowHeaders.answer())?.status, 408);
  const answer = await slowBody.answer();
  clearInterval(drip);
  assert.equal(answer?.status, 408);
  assert.match(answer?.body.toString() ?? '', /sender_too_slow/);
  await Promise.all([slowHeaders.closed, slowBody.closed, silent.closed]);
  await until(() => rig.receivers.inFlight().requests === 0);
  assert.equal(rig.door.outcomes.filter((outcome) => outcome === 'http sender_too_slow').length, 3);
  assert.equal(rig.door.outcomes.length, 3, rig.door.outcomes.join());
});

test('a sender that goes away mid-body gives back what it held', async () => {
  await using rig = await startRig();
  for (const headers of [{ 'Content-Length': 1_000_000 }, CHUNKED]) {
    const connection = new RawConnection(rig.httpPort);
    connection.send(head(TRACES, headers), chunk('x'.repeat(5000)));
    await until(() => rig.receivers.inFlight().bytes > 0);
    connection.socket.destroy();
    await until(() => rig.receivers.inFlight().requests === 0);
    assert.equal(rig.receivers.inFlight().bytes, 0);
  }
  assert.deepEqual(rig.door.outcomes, ['http aborted', 'http aborted']);
});

test('a sender that goes away before its answer holds its place until the door is done', async () => {
  await using rig = await startRig();
  const held = hold(rig);
  const connection = new RawConnection(rig.httpPort);
  connection.send(head(TRACES, { 'Content-Length': 2 }), '\n\0');
  await until(() => rig.door.submitted.length === 1);
  connection.socket.destroy();
  await connection.closed;
  await sleep(20);
  assert.equal(rig.receivers.inFlight().requests, 1);
  held.release();
  await until(() => rig.receivers.inFlight().requests === 0);
});

test('above the requests in flight, and above the bytes, senders are told to come back', async () => {
  await using rig = await startRig({ requests_in_flight_max: 2, bytes_in_flight_max: 100_000 });
  const held = hold(rig);
  const connections = Array.from({ length: 3 }, () => new RawConnection(rig.httpPort));
  for (const [i, connection] of connections.entries()) {
    connection.send(head(TRACES, { 'Content-Length': 2 }), '\n\0');
    if (i < 2) await until(() => rig.door.submitted.length === i + 1);
  }
  const third = await connections[2]?.answer();
  assert.equal(third?.status, 503);
  assert.equal(third?.headers['retry-after'], '1');
  held.release();
  assert.equal((await connections[0]?.answer())?.status, 200);
  const big = new RawConnection(rig.httpPort);
  big.send(head(TRACES, { 'Content-Length': 100_001 }), Buffer.alloc(100_001));
  assert.equal((await big.answer())?.status, 503);
  for (const connection of [...connections, big]) connection.socket.destroy();
});

test('pipelined requests are answered in order; too many ahead end the connection', async () => {
  await using rig = await startRig();
  const polite = new RawConnection(rig.httpPort);
  const one = head(TRACES, { 'Content-Length': 2 }) + '\n\0';
  polite.send(one + head('GET /nothing', { 'Content-Length': 0 }) + one);
  assert.deepEqual([(await polite.answer())?.status, (await polite.answer())?.status, (await polite.answer())?.status], [200, 404, 200]);
  polite.socket.destroy();
  const held = hold(rig);
  const greedy = new RawConnection(rig.httpPort);
  greedy.send(one.repeat(40));
  await greedy.closed;
  held.release();
});

test('what is not HTTP is told so, but never in place of another request\'s answer', async () => {
  await using rig = await startRig();
  const cases: [string, number][] = [
    ['GARBAGE\r\n\r\n', 400],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    [`POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['POST /v1/traces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n', 400],
    ['POST /v1/traces HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['POST /v1/traces HTTP/1.1\nHost: x\n\n', 400],
    ['POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    [head(TRACES, CHUNKED) + 'zz\r\n', 400],
  ];
  for (const [text, status] of cases) {
    const connection = new RawConnection(rig.httpPort);
    connection.send(text);
    assert.equal((await connection.answer())?.status, status, JSON.stringify(text.slice(0, 60)));
    await connection.closed;
  }
  const held = hold(rig);
  const mixed = new RawConnection(rig.httpPort);
  mixed.send(head(TRACES, { 'Content-Length': 2 }), '\n\0GARBAGE\r\n\r\n');
  assert.equal(await mixed.answer(), null);
  held.release();
  await until(() => rig.receivers.inFlight().requests === 0);
});

test('above the connections allowed, a new one is closed at once', async () => {
  await using rig = await startRig({ connections_max: 2 });
  for (const port of [rig.httpPort, rig.grpcPort]) {
    const kept = [new RawConnection(port), new RawConnection(port)];
    await sleep(20);
    await new RawConnection(port).closed;
    for (const { socket } of kept) socket.destroy();
  }
  assert.equal(rig.door.turnedAwayCount, 2);
});

test('stop() finishes what is under way, refuses what is new, and closes idle connections', async () => {
  await using rig = await startRig();
  const held = hold(rig);
  const busy = new RawConnection(rig.httpPort);
  busy.send(head(TRACES, { 'Content-Length': 2 }), '\n\0');
  const half = new RawConnection(rig.httpPort);
  half.send(`POST /v1/traces HTTP/1.1\r\nHost: x\r\n`);
  const idle = new RawConnection(rig.httpPort);
  idle.send(head('GET /'));
  await idle.answer();
  await until(() => rig.door.submitted.length === 1);
  const stopped = rig.receivers.stop();
  await idle.closed;
  half.send('Authorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  const refused = await half.answer();
  assert.equal(refused?.status, 503);
  assert.match(refused?.body.toString() ?? '', /draining/);
  await half.closed;
  held.release();
  const answer = await busy.answer();
  assert.equal(answer?.status, 200);
  assert.equal(answer?.headers['connection'], 'close');
  await stopped;
  await rig.receivers.stop();
});

test('stop() cuts what does not end in time', async () => {
  await using rig = await startRig({ drain_ms_max: 50 });
  const held = hold(rig);
  const stuck = new RawConnection(rig.httpPort);
  stuck.send(head(TRACES, { 'Content-Length': 2 }), '\n\0');
  await until(() => rig.door.submitted.length === 1);
  await rig.receivers.stop();
  assert.equal(await stuck.answer(), null);
  held.release();
  await until(() => rig.receivers.inFlight().requests === 0);
});

test('startReceivers() leaves nothing open when a port is taken', async () => {
  await using rig = await startRig();
  const { startReceivers } = await import('./receive.ts');
  const options = { door: rig.door, meter: rig.door, report: () => {} };
  const taken = { host: '127.0.0.1', port: rig.grpcPort };
  await assert.rejects(startReceivers({ ...options, http: { host: '127.0.0.1', port: 0 }, grpc: taken }), /cannot listen for OTLP\/gRPC/);
  await assert.rejects(startReceivers({ ...options, http: { host: '127.0.0.1', port: rig.httpPort }, grpc: { host: '127.0.0.1', port: 0 } }), /cannot listen for OTLP\/HTTP/);
});

/** Keeps the door from answering until released. */
function hold(rig: Rig): { release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.door.answer = () => promise.then(() => ({ rejectedSpans: 0, message: '' }));
  return { release: resolve };
}
