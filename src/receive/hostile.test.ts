import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { head, type Rig, startRig } from './fake-door.ts';

const BODY = Buffer.from('0a0212000a021200', 'hex');
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** Repeatable randomness; the seed is in every failure's message. */
class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed = randomInt(2 ** 31)) {
    this.seed = seed;
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#state >>> 8) % limit;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

function mutated(dice: Dice, valid: Buffer, tokens: readonly Buffer[]): Buffer {
  let bytes = valid;
  for (let edits = dice.below(4); edits >= 0; edits--) {
    const at = dice.below(bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, at), dice.pick(tokens), bytes.subarray(at + dice.below(6))]);
  }
  if (dice.below(4) === 0) bytes = bytes.subarray(0, dice.below(bytes.length + 1));
  return bytes;
}

/** Sends the bytes, perhaps in pieces, perhaps hanging up early, and waits for the end of the connection. */
async function attack(port: number, bytes: Buffer, dice: Dice): Promise<void> {
  const pieces = 1 + dice.below(3);
  const hangUp = dice.below(3) === 0;
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => {}).resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (let i = 0; i < pieces && !socket.destroyed; i++) {
    socket.write(bytes.subarray(Math.floor((bytes.length * i) / pieces), Math.floor((bytes.length * (i + 1)) / pieces)));
    if (pieces > 1) await sleep(0);
  }
  if (hangUp) socket.destroy();
  else socket.end();
  const late = setTimeout(() => socket.destroy(), 2_000);
  await closed;
  clearTimeout(late);
}

async function storm(rig: Rig, port: number, attacks: number, make: (dice: Dice) => Buffer): Promise<void> {
  const dice = new Dice();
  let failure: unknown;
  const onFailure = (error: unknown): void => void (failure ??= error);
  process.on('uncaughtException', onFailure);
  try {
    for (let sent = 0; sent < attacks; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => attack(port, make(dice), dice)));
      if (failure !== undefined) throw new Error(`seed ${dice.seed}, among requests ${sent} to ${sent + 50}`, { cause: failure });
    }
    for (let i = 0; i < 600 && rig.receivers.inFlight().requests > 0; i++) await sleep(5);
    assert.deepEqual(rig.receivers.inFlight(), { requests: 0, bytes: 0 }, `seed ${dice.seed}`);
  } finally {
    process.off('uncaughtException', onFailure);
  }
}

test('2,000 mutated HTTP requests never crash the receiver and leave nothing behind', async () => {
  await using rig = await startRig({ headers_ms_max: 1_000, request_ms_max: 1_000 });
  const gzip = gzipSync(BODY);
  const zstd = zstdCompressSync(BODY);
  const valid = [
    [head('POST /v1/traces', { 'Content-Length': BODY.length }), BODY],
    [head('POST /v1/traces', { 'Content-Length': gzip.length, 'Content-Encoding': 'gzip' }), gzip],
    [head('POST /v1/traces', { 'Content-Length': zstd.length, 'Content-Encoding': 'zstd' }), zstd],
    [head('POST /v1/traces', { 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/json' }), '2\r\n{}\r\n0\r\n\r\n'],
    [head('POST /v1/traces', { Expect: '100-continue', 'Content-Length': 2 }), '{}'],
    [head('POST /v1/traces', { 'Content-Length': 2 }), '{}', head('POST /v1/traces', { 'Content-Length': 2 }), '{}'],
  ].map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  const tokens = ['\r\n', '\r', '\n', ':', ' ', '\0', '\xff', 'Content-Length: 9\r\n', 'Transfer-Encoding: chunked\r\n', 'Content-Encoding: deflate\r\n', 'Connection: close\r\n', 'Upgrade: h2c\r\nConnection: upgrade\r\n', 'HTTP/1.0', '99999999999', '-1', '', ';', 'x'.repeat(200)].map((token) => Buffer.from(token, 'latin1'));
  await storm(rig, rig.httpPort, 2_000, (dice) => mutated(dice, dice.pick(valid), tokens));
  assert.ok(rig.door.outcomes.includes('http ok'));
  assert.ok(rig.door.outcomes.includes('http body_undecodable'));
});

test('1,000 mutated HTTP/2 connections never crash the receiver and leave nothing behind', async () => {
  await using rig = await startRig({ request_ms_max: 1_000 });
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  // HPACK literals without indexing (RFC 7541 §6.2.2).
  const field = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
  const headers = Buffer.concat([field(':method', 'POST'), field(':scheme', 'http'), field(':path', EXPORT), field(':authority', 'x'), field('content-type', 'application/grpc'), field('te', 'trailers'), field('authorization', 'Bearer good'), field('grpc-encoding', 'gzip')]);
  const gzip = gzipSync(BODY);
  const message = (compressed: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([compressed, 0, 0, 0, body.length]), body]);
  const frames = (stream: number): Buffer[] => [frame(1, 4, stream, headers), frame(0, 1, stream, message(1, gzip))];
  const valid = [
    [preface, frame(4, 0, 0, Buffer.alloc(0)), ...frames(1)],
    [preface, frame(4, 0, 0, Buffer.alloc(0)), frame(1, 4, 1, headers), frame(0, 0, 1, message(0, BODY)), frame(0, 1, 1, Buffer.alloc(0)), ...frames(3)],
    [preface, frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 255, 255])), ...frames(1), frame(3, 0, 1, Buffer.from([0, 0, 0, 8])), frame(6, 0, 0, Buffer.alloc(8)), frame(7, 0, 0, Buffer.alloc(8))],
  ].map((parts) => Buffer.concat(parts));
  const tokens = [Buffer.alloc(0), Buffer.from([0]), Buffer.from([255]), Buffer.from([1, 2, 3, 4]), frame(3, 0, 1, Buffer.from([0, 0, 0, 8])), frame(9, 4, 1, headers), frame(8, 0, 1, Buffer.from([127, 255, 255, 255])), frame(0, 0, 1, Buffer.alloc(300)), field('grpc-timeout', '1n')];
  await storm(rig, rig.grpcPort, 1_000, (dice) => mutated(dice, dice.pick(valid), tokens));
  assert.ok(rig.door.outcomes.includes('grpc ok'), rig.door.outcomes.slice(0, 20).join());
});

/** RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}
