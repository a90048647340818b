/**
 * Retention on a whole server that lives through days: what is older than its tenant's class allows goes, then the oldest of what is more
 * than the disk may hold; what goes is gone from answers and from the disk, and everything else stays.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer, tracekeep, until } from '#harness';
import { ask, balancedAccounting } from '#harness/exchange';
import { type Export, makeExport, newSeed, post, Random } from './load.ts';

const DAY_MS = 86_400_000;
const SPANS = 4_000;
const CLOCK = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

const random = new Random(newSeed());

/** Starts a server whose clock says that it is so many days ago. */
function startDaysAgo(data: string, days: number, args: readonly string[]): Promise<TestServer> {
  return startServer({ data, args, env: { NODE_OPTIONS: `--import=${CLOCK}`, TRACEKEEP_TEST_CLOCK_MS: String(-days * DAY_MS) } });
}

/** Sends traces of that day, with texts that no codec makes small. */
async function fill(server: TestServer, key: string, days: number): Promise<Export> {
  const one = makeExport(random, SPANS, () => ({ text: randomBytes(300).toString('base64') }), 'protobuf', Date.now() - days * DAY_MS);
  assert.equal(await post(server, key, one), 200);
  return one;
}

async function isFound(server: TestServer, token: string, one: Export): Promise<boolean> {
  const statuses = new Set<number>();
  for (const trace of [...one.traces.keys()].slice(0, 5)) statuses.add((await ask(server, token, `/api/v1/traces/${trace}`)).status);
  const [status, ...others] = statuses;
  assert.ok(others.length === 0 && (status === 200 || status === 404), `traces of one export are answered with ${[...statuses].join(', ')}`);
  return status === 200;
}

/** What `du` says of the tables. */
function tableBytes(data: string): number {
  const bytesOf = (folder: string): number =>
    readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name);
      // Parts go while they are counted.
      if (entry.isDirectory()) return sum + (lstatSync(path, { throwIfNoEntry: false }) === undefined ? 0 : bytesOf(path));
      return sum + 512 * (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0);
    }, 0);
  return bytesOf(join(data, 'sealed'));
}

test('by age: each tenant keeps its traces as long as its class says', { timeout: 120_000 }, async () => {
  const data = join(temporaryFolder(), 'data');
  const classes = ['--retention', 'default=2d,audit=400d'];
  assert.equal((await tracekeep(['tenant', 'set', 'bank', '--class', 'audit', '--data', data, ...classes])).code, 0);
  const shop = { key: await addProducer(data, 'shop'), token: await createToken(data) };
  const bank = { key: await addProducer(data, 'bank', ['*'], ['--tenant', 'bank']), token: await createToken(data, 'viewer', ['--tenant', 'bank']) };

  let server = await startDaysAgo(data, 4, classes);
  const oldShop = await fill(server, shop.key, 4);
  const oldBank = await fill(server, bank.key, 4);
  assert.deepEqual([await isFound(server, shop.token, oldShop), await isFound(server, bank.token, oldBank)], [true, true]);
  await server.stop();
  server = await startDaysAgo(data, 2, classes);
  const newShop = await fill(server, shop.key, 2);
  assert.deepEqual([await isFound(server, shop.token, oldShop), await isFound(server, shop.token, newShop)], [true, true]);
  await server.stop();
  const before = tableBytes(data);

  server = await startDaysAgo(data, 0, classes);
  assert.equal(await isFound(server, shop.token, oldShop), false, 'traces older than their class allows are still there');
  assert.deepEqual([await isFound(server, shop.token, newShop), await isFound(server, bank.token, oldBank)], [true, true]);
  await until(() => tableBytes(data) < 0.8 * before, 'the disk is free');
  // What was received and stored was received and stored, whatever became of it.
  assert.equal((await balancedAccounting(server, shop.token)).totals.stored, 2 * SPANS);
  await server.stop();
});

test('by disk: the oldest go until the rest fits', { timeout: 120_000 }, async () => {
  const data = join(temporaryFolder(), 'data');
  const key = await addProducer(data, 'shop');
  const token = await createToken(data);
  const filled: Export[] = [];
  for (const days of [3, 2, 1]) {
    const server = await startDaysAgo(data, days, []);
    filled.push(await fill(server, key, days));
    await server.stop();
  }
  const before = tableBytes(data);

  const server = await startDaysAgo(data, 0, ['--disk-max', String(Math.floor(before / 2))]);
  const found = await Promise.all(filled.map((one) => isFound(server, token, one)));
  assert.deepEqual(found, [false, false, true], 'not the oldest two of three days are gone');
  await until(() => tableBytes(data) < 0.5 * before, 'the disk is free');
  assert.equal((await balancedAccounting(server, token)).totals.stored, 3 * SPANS);
  await fill(server, key, 0);
  await server.stop();
});
