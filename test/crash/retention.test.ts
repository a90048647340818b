/**
 * Retention on a whole server that lives through days: what is older than its tenant's class allows goes, then the oldest of what is more
 * than the disk may hold; what goes is gone from answers and from the disk, and everything else stays.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer, tracekeep, until } from '#harness';
import { ask, balancedAccounting } from '#harness/exchange';
import { type Export, makeExport, newSeed, pause, post, Random } from './load.ts';

const DAY_MS = 86_400_000;
const SPANS = 4_000;
/** Longer than the server believes what its clock said before. */
const CLOCK_READ_MS = 100;
const CLOCK = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

const random = new Random(newSeed());

/** A server whose clock says that it is so many days ago, until it is told otherwise. */
class PastServer {
  readonly server: TestServer;
  readonly #clock: string;

  private constructor(server: TestServer, clock: string) {
    this.server = server;
    this.#clock = clock;
  }

  static async start(data: string, days: number, args: readonly string[]): Promise<PastServer> {
    const clock = join(temporaryFolder(), 'clock');
    writeFileSync(clock, String(-days * DAY_MS));
    return new PastServer(await startServer({ data, args, env: { NODE_OPTIONS: `--import=${CLOCK}`, TRACEKEEP_TEST_CLOCK_MS: clock } }), clock);
  }

  /** Sends traces of that day, and waits until they are found. */
  async fillOn(days: number, key: string, token: string): Promise<Export> {
    // Never half a number.
    writeFileSync(`${this.#clock}.new`, String(-days * DAY_MS));
    renameSync(`${this.#clock}.new`, this.#clock);
    await pause(CLOCK_READ_MS);
    const one = await fill(this.server, key, days);
    assert.equal(await isFound(this.server, token, one), true);
    return one;
  }
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

const data = join(temporaryFolder(), 'data');
const classes = ['--retention', 'default=2d,audit=400d'];

test('by age: each tenant keeps its traces as long as its class says; then by disk: the oldest go until the rest fits', { timeout: 240_000 }, async (t) => {
  assert.equal((await tracekeep(['tenant', 'set', 'bank', '--class', 'audit', '--data', data, ...classes])).code, 0);
  const shop = { key: await addProducer(data, 'shop'), token: await createToken(data) };
  const bank = { key: await addProducer(data, 'bank', ['*'], ['--tenant', 'bank']), token: await createToken(data, 'viewer', ['--tenant', 'bank']) };
  const past = await PastServer.start(data, 4, classes);
  const oldShop = await past.fillOn(4, shop.key, shop.token);
  const oldBank = await past.fillOn(4, bank.key, bank.token);
  const laterBank = await past.fillOn(3, bank.key, bank.token);
  const newShop = await past.fillOn(2, shop.key, shop.token);
  await past.server.stop();
  const kept = [[bank.token, oldBank], [bank.token, laterBank], [shop.token, newShop]] as const;

  await t.test('by age', async () => {
    const before = tableBytes(data);
    const server = await startServer({ data, args: classes });
    assert.equal(await isFound(server, shop.token, oldShop), false, 'traces older than their class allows are still there');
    for (const [token, one] of kept) assert.equal(await isFound(server, token, one), true);
    await until(() => tableBytes(data) < 0.85 * before, 'the disk is free');
    // What was received and stored was received and stored, whatever became of it.
    assert.equal((await balancedAccounting(server, shop.token)).totals.stored, 2 * SPANS);
    await server.stop();
  });

  await t.test('by disk', async () => {
    const before = tableBytes(data);
    const server = await startServer({ data, args: [...classes, '--disk-max', String(Math.floor(0.45 * before))] });
    const found = await Promise.all(kept.map(([token, one]) => isFound(server, token, one)));
    assert.deepEqual(found, [false, false, true], 'not the oldest two of three days are gone');
    await until(() => tableBytes(data) < 0.5 * before, 'the disk is free');
    assert.equal((await balancedAccounting(server, bank.token)).totals.stored, 2 * SPANS);
    await fill(server, shop.key, 0);
    await server.stop();
  });
});
