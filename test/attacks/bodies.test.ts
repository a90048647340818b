/** Attacks with the body of a request: bombs, depth, malformed messages, more of everything than anyone needs. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { LIMITS } from '#limits';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { assertServes, assertUnharmed } from '#harness/aftermath';
import { balancedAccounting, exportOf, send, spanOf } from '#harness/exchange';
import { field, keyValue, number, request, span } from '#harness/protobuf';

let server: TestServer;
let key = '';
let token = '';
before(async () => {
  server = await startServer();
  [key, token] = [await addProducer(server.data, 'shop', ['shop']), await createToken(server.data)];
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
const text = (json: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(json);
const ids = (): [Uint8Array, Uint8Array] => [randomBytes(16), randomBytes(8)];

test('a sender of bombs gets no memory: gzip, deflate and zstd are refused when they pass the limit', async () => {
  const zeros = Buffer.alloc(80 * 2 ** 20);
  // Members and frames may follow one another: a bomb of 2.5 GiB in 2.5 MB.
  const member = gzipSync(zeros);
  const bombs: [string, Uint8Array<ArrayBuffer>][] = [
    ['gzip', new Uint8Array(member)],
    ['gzip', new Uint8Array(Buffer.concat(Array.from({ length: 32 }, () => member)))],
    ['deflate', new Uint8Array(deflateSync(zeros))],
    ['zstd', new Uint8Array(Buffer.concat(Array.from({ length: 32 }, () => zstdCompressSync(zeros))))],
  ];
  const before = server.peakMemoryBytes();
  const replies = await Promise.all([...bombs, ...bombs].map(([coding, body]) => send(server, key, body, { 'Content-Encoding': coding })));
  // Many at once may find the memory for bodies taken, which is an answer as good.
  for (const { status, text } of replies) assert.ok(status === 413 || status === 503, `${status} ${text}`);
  assert.ok(replies.some(({ status }) => status === 413));
  const grown = server.peakMemoryBytes() - before;
  assert.ok(grown < 2 * LIMITS.bytes_in_flight_max, `memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
  await assertServes(server, key, token);
});

test('a bomb inside a bomb, a truncated one and one with a tail are not opened', async () => {
  const inner = gzipSync(Buffer.alloc(2 ** 20));
  const good = request([span(...ids(), 'x')]);
  const cases: [string, Uint8Array][] = [
    ['gzip, gzip', gzipSync(inner)], ['gzip', gzipSync(good).subarray(0, -6)], ['gzip', Buffer.concat([gzipSync(good), Buffer.from('tail')])], ['deflate', Buffer.concat([deflateSync(good), Buffer.from('tail')])], ['zstd', zstdCompressSync(good).subarray(0, -3)],
    ['deflate', gzipSync(good)], ['zstd', gzipSync(good)], ['gzip', good], ['br', good],
  ];
  for (const [coding, body] of cases) {
    const { status } = await send(server, key, new Uint8Array(body), { 'Content-Encoding': coding });
    assert.ok(status === 400 || status === 415, `${coding}: ${status}`);
  }
});

test('a body over the wire limit is refused from its length, and cut where an endless one passes it', async () => {
  assert.match(await raw([`Content-Length: ${LIMITS.body_wire_bytes_max + 1}`], () => false), /^HTTP\/1\.1 413 /);
  const block = Buffer.alloc(256 * 1024);
  let sent = 0;
  const answer = await raw(['Transfer-Encoding: chunked'], (socket) => {
    socket.write(`${block.length.toString(16)}\r\n`);
    socket.write(block);
    sent += block.length;
    return socket.write('\r\n') && sent < 200 * 2 ** 20;
  });
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.ok(sent < 64 * 2 ** 20, `it listened to ${sent} bytes`);
});

test('no depth of nesting reaches the stack: JSON and protobuf are refused or cut', async () => {
  const attribute = (value: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"deep","value":${value}}]}]}]}]}`;
  const levels = 200_000;
  const bodies = [
    '['.repeat(levels), '{"a":'.repeat(levels), `{"resourceSpans":${'['.repeat(levels)}${']'.repeat(levels)}}`, attribute('{"arrayValue":{"values":['.repeat(levels / 2) + ']}}'.repeat(levels / 2)),
    attribute('{"kvlistValue":{"values":[{"key":"k","value":'.repeat(levels / 2) + '{}' + '}]}}'.repeat(levels / 2)), `{"unknown":${'[{"x":'.repeat(levels)}0${'}]'.repeat(levels)}}`,
  ];
  for (const body of bodies) {
    const { status, text: said } = await send(server, key, text(body), JSON_TYPE);
    assert.equal(status, 400, said);
  }
  // Lengths nest too: a value in a value in a value.
  let value = field(1, 'bottom');
  for (let level = 0; level < 3_000; level++) value = level % 2 === 0 ? field(5, field(1, value)) : field(6, field(1, keyValue('k', value)));
  const [traceId, spanId] = ids();
  const { status } = await send(server, key, new Uint8Array(request([span(traceId, spanId, 'deep', [field(9, keyValue('deep', value))])])));
  assert.ok(status === 200 || status === 400);
  const groups = field(1, field(2, Buffer.from([0x0b, ...Array.from({ length: 5_000 }, () => 0x0b)])));
  assert.equal((await send(server, key, new Uint8Array(groups))).status, 400);
  await assertServes(server, key, token);
});

test('no malformed message brings the server down or makes it miscount', async (t) => {
  const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`TRACEKEEP_TEST_SEED=${seed}`);
  const random = randomOf(seed);
  const statuses = new Map<number, number>();
  let rejected = 0;
  const refusedBefore = (await balancedAccounting(server, token)).totals.refused;
  const attack = async (): Promise<void> => {
    const attributes = Array.from({ length: 6 }, (_, i) => field(9, keyValue(`key.${i}`, field(1, `value ${random(1e9)}`))));
    const event = field(11, Buffer.concat([field(2, 'event'), field(3, keyValue('e', number(3, random(1e9))))]));
    const link = field(13, Buffer.concat([field(1, bytesOf(16, random)), field(2, bytesOf(8, random))]));
    const one = (name: string, more: readonly Uint8Array[]): Buffer => span(bytesOf(16, random), bytesOf(8, random), name, more);
    const nested = field(9, keyValue('list', field(5, field(1, field(1, 'in a list')))));
    const body = mutate(request([one('fuzzed', [...attributes, event, link, nested]), one('fuzzed too', attributes)]), random);
    const coding = random(8) === 0 ? 'gzip' : 'identity';
    const bytes = new Uint8Array(coding === 'gzip' ? mutate(gzipSync(body), random) : body);
    const { status, text: said } = await send(server, key, bytes, coding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {});
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    assert.ok(status === 200 || status === 400 || status === 413, `seed ${seed}: ${status} ${said}`);
    if (status === 200) rejected += rejectedOf(Buffer.from(said, 'latin1'));
  };
  for (let round = 0; round < 60; round++) await Promise.all(Array.from({ length: 10 }, attack));
  for (let round = 0; round < 20; round++) {
    const json = Buffer.from(JSON.stringify(exportOf([spanOf({ a: 1, b: ['x', true, 0.5], c: { d: 'e' } })])));
    const { status } = await send(server, key, new Uint8Array(mutate(json, random)), JSON_TYPE);
    assert.ok(status === 200 || status === 400, `seed ${seed}: ${status}`);
  }
  assert.ok((statuses.get(200) ?? 0) >= 5 && (statuses.get(400) ?? 0) >= 5, `both sides were tried: ${JSON.stringify([...statuses])}`);
  // JSON answers are not counted here, so at least.
  assert.ok((await balancedAccounting(server, token)).totals.refused - refusedBefore >= rejected, `seed ${seed}`);
  await assertServes(server, key, token);
});

test('empty values, events, spans and resources without end are refused before they become objects', async () => {
  const before = server.peakMemoryBytes();
  const many = (bytes: readonly number[], times: number): Buffer => Buffer.alloc(bytes.length * times, Buffer.from(bytes));
  // The same key twice is one attribute, so they all differ.
  const list = Buffer.concat(Array.from({ length: LIMITS.attributes_per_list_max }, (_, i) => field(9, field(1, i.toString(16)))));
  const cases: [string, Uint8Array][] = [
    ['attributes', request(Array.from({ length: 8_000 }, () => span(...ids(), 'x', [list])))],
    ['events', request(Array.from({ length: 600 }, () => span(...ids(), 'x', [many([0x5a, 0], 1_000)])))],
    ['links', request(Array.from({ length: 600 }, () => span(...ids(), 'x', [many([0x6a, 0], 1_000)])))],
    ['resources', many([0x0a, 0], LIMITS.groups_per_request_max + 1)],
    ['scopes', field(1, many([0x12, 0], LIMITS.groups_per_request_max + 1))],
  ];
  for (const [what, body] of cases) assert.equal((await send(server, key, new Uint8Array(body))).status, 413, what);
  // More than a list may hold is counted, not kept.
  for (const [tag, what] of [[0x4a, 'attributes'], [0x5a, 'events'], [0x6a, 'links']] as const) {
    const one = request([span(...ids(), 'x', [many([tag, 0], 3_000_000)])]);
    assert.ok([200, 413].includes((await send(server, key, new Uint8Array(one))).status), what);
  }
  // An array is walked only when it is looked at: then it is cut.
  const elements = request([span(...ids(), 'wide', [field(9, keyValue('wide', field(5, many([0x0a, 0], 3_000_000))))])]);
  assert.ok([200, 413].includes((await send(server, key, new Uint8Array(elements))).status));
  const grown = server.peakMemoryBytes() - before;
  assert.ok(grown < 1.2 * 2 ** 30, `memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
});

test('the 50,001st span is refused and counted, the others are kept', async () => {
  const { totals } = await balancedAccounting(server, token);
  const traceId = randomBytes(16);
  const spans = Array.from({ length: LIMITS.spans_per_request_max + 1 }, (_, i) => {
    const spanId = Buffer.alloc(8);
    spanId.writeUInt32BE(i + 1, 4);
    return span(traceId, spanId, 'one of many');
  });
  const { status, text: said } = await send(server, key, new Uint8Array(request(spans)));
  assert.equal(status, 200, said);
  assert.match(said, /1 span refused, span_count/);
  const { totals: after } = await balancedAccounting(server, token);
  assert.deepEqual([after.received - totals.received, after.stored - totals.stored, after.refused - totals.refused], [50_001, 50_000, 1]);
});

test('empty spans by the million are refused, all of them counted', async () => {
  const { totals } = await balancedAccounting(server, token);
  const count = 1_000_000;
  const { status } = await send(server, key, new Uint8Array(request([], 'shop')));
  assert.equal(status, 200);
  const body = field(1, Buffer.concat([field(1, field(1, keyValue('service.name', field(1, 'shop')))), field(2, Buffer.alloc(2 * count, Buffer.from([0x12, 0])))]));
  assert.equal((await send(server, key, new Uint8Array(body))).status, 200);
  const { totals: after } = await balancedAccounting(server, token);
  assert.deepEqual([after.received - totals.received, after.stored - totals.stored, after.refused - totals.refused], [count, 0, count]);
});

test('after all that: it serves, within 2 GiB, and its account is what can be read', async (t) => {
  t.diagnostic(`peak memory ${Math.round(server.peakMemoryBytes() / 2 ** 20)} MiB`);
  await assertUnharmed(server, key, token);
});

/** Sends a head and then whatever `more` writes until it says false or an answer comes. */
function raw(headers: readonly string[], more: (socket: ReturnType<typeof connect>) => boolean): Promise<string> {
  const socket = connect(Number(new URL(server.otlpHttp).port), '127.0.0.1');
  const head = ['POST /v1/traces HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${key}`, 'Content-Type: application/x-protobuf', ...headers, '', ''];
  return new Promise((resolve, reject) => {
    let answer = '';
    const pump = (): void => {
      while (answer === '' && socket.writable && more(socket));
    };
    socket.on('data', (part) => {
      answer += part.toString('latin1');
      socket.destroy();
      resolve(answer);
    });
    socket.on('drain', pump);
    socket.on('error', () => (answer === '' ? reject(new Error('the connection was cut without an answer')) : resolve(answer)));
    socket.write(head.join('\r\n'), pump);
  });
}

/** `rejected_spans` of an ExportTraceServiceResponse, or 0. */
function rejectedOf(answer: Buffer): number {
  if (answer[0] !== 0x0a) return 0;
  const at = answer[1] !== undefined && answer[1] > 0x7f ? 3 : 2;
  return answer[at] === 0x08 ? (answer[at + 1] ?? 0) & 0x7f : 0;
}

function mutate(bytes: Uint8Array, random: (below: number) => number): Buffer {
  let body = Buffer.from(bytes);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(body.length);
    const kind = random(6);
    if (kind === 0) body = body.subarray(0, at);
    else if (kind === 1) body[at] = random(256);
    else if (kind === 2) body = Buffer.concat([body.subarray(0, at), bytesOf(1 + random(16), random), body.subarray(at)]);
    else if (kind === 3) body = Buffer.concat([body.subarray(0, at), body.subarray(Math.min(body.length, at + 1 + random(16)))]);
    else if (kind === 4) body = Buffer.concat([body, body.subarray(at)]);
    else body.fill(0xff, at, Math.min(body.length, at + 10));
    if (body.length === 0) break;
  }
  return body;
}

function bytesOf(length: number, random: (below: number) => number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return Math.floor((((z ^ (z >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
