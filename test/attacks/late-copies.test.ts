/**
 * Attacks with a request of somebody else that was kept for hours, with and without a restart of the server meanwhile. The server's clock is moved. What happens when
 * more requests come than are remembered is tried in src/sequencer/memory.test.ts.
 */
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer } from '#harness';
import { type Account, balancedAccounting, newSpanId, newTraceId, send, sendWell } from '#harness/exchange';
import { request, span } from '#harness/protobuf';

const HOUR_MS = 3_600_000;
const CLOCK = join(temporaryFolder(), 'clock');
const MODULE = pathToFileURL(join(import.meta.dirname, '..', 'crash', 'shifted-clock.ts')).href;
const ENV = { NODE_OPTIONS: `--import=${MODULE}`, TRACEKEEP_TEST_CLOCK_MS: CLOCK };

let server: TestServer;
let key = '';
let mateKey = '';
let historianKey = '';
let token = '';

before(async () => {
  await setClock(0);
  server = await startServer({ env: ENV });
  key = await addProducer(server.data, 'shop');
  mateKey = await addProducer(server.data, 'mate');
  historianKey = await addProducer(server.data, 'historian', ['*'], ['--backfill']);
  token = await createToken(server.data, 'admin');
});

async function setClock(shift_ms: number): Promise<void> {
  // At once, lest the server reads half a number.
  writeFileSync(`${CLOCK}.new`, String(shift_ms));
  renameSync(`${CLOCK}.new`, CLOCK);
  await wait(50);
}

async function restart(): Promise<void> {
  await server.stop();
  server = await startServer({ data: server.data, env: ENV });
}

/** What the account grew by: `[stored, refused, dropped]`. */
async function growth(act: () => Promise<unknown>): Promise<number[]> {
  const numbers = ({ stored, refused, dropped }: Account): number[] => [stored, refused, dropped];
  const before = numbers((await balancedAccounting(server, token)).totals);
  await act();
  return numbers((await balancedAccounting(server, token)).totals).map((count, at) => count - before[at]!);
}

/** A request whose spans ended at that moment of the shifted clock, to the millisecond. */
function capture(ended_ms: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(request([span(Buffer.from(newTraceId(), 'hex'), Buffer.from(newSpanId(), 'hex'), 'op', [], BigInt(ended_ms) * 1_000_000n)]));
}
const answers = async (copy: Uint8Array<ArrayBuffer>, of: string): Promise<string> => {
  const { status, text } = await send(server, of, new Uint8Array(copy));
  return `${status} ${/request_copied|span_too_old/.exec(text)?.[0] ?? ''}`.trim();
};

test('a copy hours later is recognised, with and without a restart: another producer gets nothing, and the owner’s retry is acknowledged', async () => {
  const [early, late, afterRestart, ahead] = [capture(Date.now()), capture(Date.now()), capture(Date.now()), capture(Date.now() + 9 * 60_000)];
  for (const one of [early, late, afterRestart, ahead]) await sendWell(server, key, new Uint8Array(one));
  const isTried = async (copy: Uint8Array<ArrayBuffer>): Promise<void> => {
    const heard: string[] = [];
    const grown = await growth(async () => {
      for (const sender of [mateKey, key, historianKey]) heard.push(await answers(copy, sender));
    });
    assert.deepEqual([heard, grown], [['403 request_copied', '200', '403 request_copied'], [0, 2, 1]]);
  };
  await setClock(2 * HOUR_MS);
  await isTried(early);
  await restart();
  await isTried(afterRestart);
  await setClock(20 * HOUR_MS);
  await isTried(late);
  // Its spans would still be taken: they ended nine minutes after it came.
  await setClock(24 * HOUR_MS + 5 * 60_000);
  await isTried(ahead);
  await restart();
  await isTried(ahead);
});

test('a copy of what is forgotten is too old; only who may backfill stores it again', async () => {
  const copy = capture(Date.now() + 24 * HOUR_MS + 5 * 60_000);
  await sendWell(server, key, copy);
  await setClock(50 * HOUR_MS);
  assert.equal(await answers(copy, mateKey), '403 request_copied', 'nothing came that would have made it forgotten');
  await restart();
  const isTooOld = async (): Promise<void> => {
    assert.deepEqual(await growth(async () => {
      for (const sender of [mateKey, key]) assert.equal(await answers(copy, sender), '200 span_too_old');
    }), [0, 2, 0]);
  };
  await isTooOld();
  assert.deepEqual(await growth(async () => assert.equal(await answers(copy, historianKey), '200')), [1, 0, 0]);
});
