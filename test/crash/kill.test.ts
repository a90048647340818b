/**
 * `kill -9` at random moments of a server under load, again and again on the same data directory, while somebody reads and control data changes: in
 * the end every acknowledged export is stored with exactly its spans, nothing is stored twice, and the account says the same; the log has every change
 * once and in order, and every read that was answered once. Changes are made beside the server, so they go on while none runs.
 */
import assert from 'node:assert/strict';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ControlStore } from '#control';
import { addProducer, createToken, launchServer, startServer, temporaryFolder, type TestServer } from '#harness';
import { ask, askWell, balancedAccounting } from '#harness/exchange';
import { type StoredBody, storedBodies } from '#harness/stored-bodies';
import { deriveKey, openRootKey } from '#keys';
import type { TenantId } from '#model';
import { Ledger, makeExport, newSeed, pause, Random } from './load.ts';
import { checkStored, storedIn } from './stored.ts';

const ROUNDS = 4;
const CONNECTIONS = 6;
/** Longer than a flush waits, so that kills hit inserts, marks and removed segments too. */
const KILL_MS_MAX = 2_800;
const REPEATED = 10;
/** About as long as from the first file of an insert to the mark in the journal. */
const INSERT_MS = 150;
const READERS = 2;
const READ_EVERY_MS = 10;
/** Answered before each kill. */
const READS_MIN = 5;
const CHANGE_MS_MAX = 60;
/** Of another tenant, so that spans have nothing to do with it. */
const CHANGED = 'bank' as TenantId;

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

/** Ids of traces that nobody sent, each asked for once, and those of which the server said so. */
const answered = new Set<string>();
let read = 0;

async function readOn(server: TestServer, token: string, gone: () => boolean): Promise<void> {
  const reader = async (): Promise<void> => {
    while (!gone()) {
      const id = (read += 1).toString(16).padStart(32, 'a');
      const status = await ask(server, token, `/api/v1/traces/${id}`).then((answer) => answer.status, () => 0);
      if (status === 404) answered.add(id);
      else assert.ok([0, 503, 504].includes(status), `${status}`);
      await pause(READ_EVERY_MS);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

/** Changes control data until it is stopped; how often it did. */
async function changing(data: string): Promise<{ stop(): Promise<number> }> {
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  let changes = 0;
  let over = false;
  const done = (async () => {
    while (!over) {
      await control.setTenant(CHANGED, `class-${++changes}`);
      await pause(random.below(CHANGE_MS_MAX));
    }
  })();
  return {
    stop: async () => {
      over = true;
      await done.finally(() => control.close());
      return changes;
    },
  };
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
  const change = await changing(data);

  for (let round = 1; round <= ROUNDS; round++) {
    const server = await startServer({ data });
    await ledger.repeat(server, key, Array.from({ length: Math.min(REPEATED, ledger.acknowledged.length) }, () => ledger.acknowledged[random.below(ledger.acknowledged.length)]).filter((one) => one !== undefined));
    const before = ledger.acknowledged.length;
    let gone = false;
    const loading = [load(server, key, () => gone), readOn(server, token, () => gone)];
    const answers = answered.size;
    while (ledger.acknowledged.length === before || answered.size < answers + READS_MIN) await pause(5);
    // Every other time while the engine takes rows: that is short and has the most steps.
    if (round % 2 === 0) await nextInsert(data);
    const kill_ms = random.below(round % 2 === 0 ? INSERT_MS : KILL_MS_MAX);
    await pause(kill_ms);
    await server.kill();
    gone = true;
    await Promise.all(loading);
    t.diagnostic(`round ${round}: killed ${kill_ms} ms after ${round % 2 === 0 ? 'an insert began' : 'the first acknowledgement'}, ${ledger.acknowledged.length - before} exports acknowledged, ${ledger.open.length} not`);
    if (round % 3 === 0) {
      // And while it recovers from that.
      const starting = launchServer({ data });
      await pause(200 + random.below(1_000));
      await starting.kill();
    }
  }

  const server = await startServer({ data });
  const changes = await change.stop();
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
  const bodies = await storedBodies(data);
  t.diagnostic(`${changes} changes of control data, ${answered.size} reads answered`);
  await t.test('the log has every change once and in order', () => checkChanges(bodies, changes));
  await t.test('the log has every read that was answered, and none twice', () => checkReads(bodies));
  await t.test('each span is stored exactly once', async () => {
    const stored = await storedIn(data);
    checkStored(stored, ledger.traces());
    const storedSpans = stored.traces.reduce((sum, { spans }) => sum + Number(spans), 0);
    const accounted = stored.account.filter(({ outcome }) => outcome === 'stored').reduce((sum, { count }) => sum + count, 0);
    assert.deepEqual([storedSpans, accounted], [ledger.spans, ledger.spans]);
  });
});

function checkChanges(bodies: readonly StoredBody[], changes: number): void {
  const logged = bodies.filter(({ type, statement }) => type === 'tenant' && statement['what'] === 'set').map(({ statement }) => statement['retention']);
  assert.deepEqual(logged, Array.from({ length: changes }, (_, at) => `class-${at + 1}`));
  assert.ok(changes > 50, 'too little was changed to prove anything');
}

function checkReads(bodies: readonly StoredBody[]): void {
  const counts = new Map<string, number>();
  for (const { type, closed } of bodies) {
    if (type !== 'access') continue;
    for (const { ids = [] } of closed['reads'] as readonly { readonly ids?: readonly string[] }[]) for (const id of ids) if (id.startsWith('aaaa')) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  assert.ok(answered.size >= READS_MIN * ROUNDS, 'too little was read to prove anything');
  assert.deepEqual([...answered].filter((id) => !counts.has(id)), [], 'answered and not recorded');
  assert.deepEqual([...counts].filter(([, count]) => count > 1), [], 'recorded twice');
}
