/**
 * `kill -9` at random moments of a server under load, again and again on the same data directory: in the end every acknowledged export is
 * stored with exactly its spans, nothing is stored twice, and the account says the same.
 */
import assert from 'node:assert/strict';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addProducer, createToken, launchServer, startServer, temporaryFolder, type TestServer } from '#harness';
import { askWell, balancedAccounting } from '#harness/exchange';
import { Ledger, makeExport, newSeed, pause, Random } from './load.ts';
import { checkStored, storedIn } from './stored.ts';

const ROUNDS = 4;
const CONNECTIONS = 6;
/** Longer than a flush waits, so that kills hit inserts, marks and removed segments too. */
const KILL_MS_MAX = 2_800;
const REPEATED = 10;
/** About as long as from the first file of an insert to the mark in the journal. */
const INSERT_MS = 150;

const random = new Random(newSeed());
const ledger = new Ledger();

/** Sends over several connections until the server is gone. Mostly small requests, some large. */
async function load(server: TestServer, key: string, gone: () => boolean): Promise<void> {
  const sender = async (): Promise<void> => {
    while (!gone()) {
      const status = await ledger.send(server, key, ledger.takeOpen() ?? makeExport(random, random.below(8) === 0 ? 1_000 : 1 + random.below(60)));
      await pause(status === 200 ? random.below(12) : 20);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
}

/** Resolves when the engine begins to write a part. */
async function nextInsert(data: string): Promise<void> {
  for await (const { filename } of watch(join(data, 'sealed'), { recursive: true, signal: AbortSignal.timeout(30_000) })) {
    if (filename?.includes('tmp_insert_') === true) return;
  }
}

test('killed at any moment, the server keeps every acknowledged export once', { timeout: 240_000 }, async (t) => {
  const data = join(temporaryFolder(), 'data');
  const key = await addProducer(data, 'shop');
  const token = await createToken(data);

  for (let round = 1; round <= ROUNDS; round++) {
    const server = await startServer({ data });
    await ledger.repeat(server, key, Array.from({ length: Math.min(REPEATED, ledger.acknowledged.length) }, () => ledger.acknowledged[random.below(ledger.acknowledged.length)]).filter((one) => one !== undefined));
    const before = ledger.acknowledged.length;
    let gone = false;
    const loading = load(server, key, () => gone);
    while (ledger.acknowledged.length === before) await pause(5);
    // Every other time while the engine takes rows: that is short and has the most steps.
    if (round % 2 === 0) await nextInsert(data);
    const kill_ms = random.below(round % 2 === 0 ? INSERT_MS : KILL_MS_MAX);
    await pause(kill_ms);
    await server.kill();
    gone = true;
    await loading;
    t.diagnostic(`round ${round}: killed ${kill_ms} ms after ${round % 2 === 0 ? 'an insert began' : 'the first acknowledgement'}, ${ledger.acknowledged.length - before} exports acknowledged, ${ledger.open.length} not`);
    if (round % 3 === 0) {
      // And while it recovers from that.
      const starting = launchServer({ data });
      await pause(200 + random.below(1_000));
      await starting.kill();
    }
  }

  const server = await startServer({ data });
  await ledger.retry(server, key);
  await ledger.repeat(server, key, ledger.acknowledged.slice(-REPEATED));
  assert.ok(ledger.acknowledged.length > ROUNDS * CONNECTIONS, 'too little was sent to prove anything');

  await t.test('the account balances and says what was sent', async () => {
    const { totals } = await balancedAccounting(server, token);
    assert.equal(totals.stored, ledger.spans);
    assert.equal(totals.refused, 0);
    // What was stored before its acknowledgement was lost is dropped when it comes again; nobody heard how often that was.
    assert.ok(totals.dropped >= ledger.repeatedSpans && totals.dropped <= ledger.repeatedSpans + ledger.retriedSpans, `${totals.dropped} dropped`);
  });

  await t.test('traces are found by the API', async () => {
    const traces = [...ledger.traces()];
    for (const [trace, { spans }] of [...traces.slice(0, 5), ...traces.slice(-5)]) {
      const answer = await askWell<{ resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }>(server, token, `/api/v1/traces/${trace}`);
      assert.equal(answer.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)).length, spans);
    }
  });

  await server.stop();
  await t.test('each span is stored exactly once', async () => {
    const stored = await storedIn(data);
    checkStored(stored, ledger.traces());
    const storedSpans = stored.traces.reduce((sum, { spans }) => sum + Number(spans), 0);
    const accounted = stored.account.filter(({ outcome }) => outcome === 'stored').reduce((sum, { count }) => sum + count, 0);
    assert.deepEqual([storedSpans, accounted], [ledger.spans, ledger.spans]);
  });
});
