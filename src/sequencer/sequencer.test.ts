import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { LIMITS } from '#limits';
import { type Producer, type ProducerId, type RequestAccount, takenOf, type TenantId } from '#model';
import { isRefusal, REFUSALS } from '#refusal';
import type { IngestAnswer, Sequencer } from './sequencer.ts';
import { ACME, code, FakeStore, gate, settled, startSequencer } from './testing.ts';

const ZETA: Producer = { ...ACME, id: 'p_000000000000000b' as ProducerId, name: 'zeta', tenant: 'zeta' as TenantId };
const LONG: Producer = { ...ACME, id: 'p_000000000000000c' as ProducerId, retention: 'long' };

let serial = 0;
/** An export of `spans` sound spans and `refused` without ids; no two are equal. */
function body(spans = 1, refused = 0): Uint8Array {
  const span = () => ({ traceId: '01'.repeat(16), spanId: (++serial).toString(16).padStart(16, '0'), name: 'op' });
  const list = [...Array.from({ length: spans }, span), ...Array.from({ length: refused }, () => ({ ...span(), spanId: '' }))];
  return new Uint8Array(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] })));
}
const again = (bytes: Uint8Array) => new Uint8Array(bytes);
const send = (sequencer: Sequencer, bytes: Uint8Array, producer = ACME) => sequencer.submit(producer, bytes, 'json');
test('a request is acknowledged when its commit is durable, not earlier', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  const entered = gate();
  const durable = gate();
  store.before = async () => (entered.open(), await durable.opened);
  const answer = send(sequencer, body(2, 1));
  await entered.opened;
  assert.equal(await settled(answer), false);
  assert.equal(sequencer.requestsInFlight, 1);
  durable.open();
  const { rejectedSpans, message } = (await answer) as { rejectedSpans: number; message: string };
  assert.equal(rejectedSpans, 1);
  assert.match(message, /span_ids/);
  assert.deepEqual([sequencer.requestsInFlight, sequencer.bytesInFlight], [0, 0]);
  const [account] = store.accounts;
  assert.deepEqual([account?.producer, account?.tenant, account?.received, account?.stored, account?.refused, account?.dropped], [ACME.id, 'acme', 3, 2, { span_ids: 1 }, 0]);
  assert.ok(store.sums);
});

test('a request repeated by its producer is answered again, not stored again, and counted as dropped', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  const bytes = body(2, 1);
  const first = await send(sequencer, again(bytes));
  const second = await send(sequencer, again(bytes));
  assert.deepEqual(second, first);
  assert.equal(store.commits.flatMap(({ blocks }) => blocks).length, 1);
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[2, 0], [0, 3]]);
  assert.ok(store.sums);
});

test('a request repeated while the first is on its way is answered with it', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  const durable = gate();
  store.before = () => durable.opened;
  const bytes = body(3);
  const answers = [send(sequencer, again(bytes)), send(sequencer, again(bytes)), send(sequencer, again(bytes))];
  assert.equal(await settled(Promise.race(answers)), false);
  durable.open();
  assert.deepEqual(await Promise.all(answers), Array.from({ length: 3 }, () => ({ rejectedSpans: 0, message: '' })));
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[3, 0], [0, 3], [0, 3]]);
  assert.ok(store.sums);
});

test('requests remembered from before a restart are recognised', async (t) => {
  const earlier = new FakeStore();
  const bytes = body(2);
  await send(startSequencer(t, earlier), again(bytes));
  const store = new FakeStore();
  store.remembered = earlier.accounts.map((account) => ({ digest: account.digest, request: takenOf(account), at_ms: Date.now() }));
  const answer = await send(startSequencer(t, store), again(bytes));
  assert.deepEqual(answer, { rejectedSpans: 0, message: '' });
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[0, 2]]);
});

test('a request that cannot be decoded is refused each time, and is in no commit', async (t) => {
  const store = new FakeStore();
  const accounted: RequestAccount[] = [];
  const sequencer = startSequencer(t, store, { events: { accounted: (account) => accounted.push(account) } });
  for (let time = 0; time < 2; time++) assert.equal(code(await send(sequencer, new Uint8Array(Buffer.from('{"resourceSpans":7}')))), 'body_undecodable');
  assert.deepEqual(await sequencer.submit(ACME, new Uint8Array(0), 'protobuf'), { rejectedSpans: 0, message: '' });
  assert.deepEqual(store.commits, []);
  assert.deepEqual(accounted, []);
  assert.equal(sequencer.requestsInFlight, 0);
});

test('a commit that fails is refused as retryable, with those that wait for it, and the retry is stored', async (t) => {
  const store = new FakeStore();
  const failures: string[] = [];
  const sequencer = startSequencer(t, store, { events: { failed: (what) => failures.push(what) } });
  const bytes = body(2);
  store.before = () => Promise.reject(new Error('disk'));
  const refused = await Promise.all([send(sequencer, again(bytes)), send(sequencer, again(bytes))]);
  for (const answer of refused) assert.ok(isRefusal(answer) && REFUSALS[answer.refused].retry);
  assert.equal(failures.length, 1);
  store.unavailable = 'disk_full';
  assert.equal(code(await send(sequencer, again(bytes))), 'disk_full');
  store.unavailable = null;
  store.before = () => {};
  assert.equal(code(await send(sequencer, again(bytes))), null);
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[2, 0]]);
  assert.equal(sequencer.bytesInFlight, 0);
});

test('a repeated request whose own account cannot be written is refused as retryable', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  const bytes = body();
  await send(sequencer, again(bytes));
  store.before = () => Promise.reject(new Error('disk'));
  assert.equal(code(await send(sequencer, again(bytes))), 'store_unavailable');
});

test('spans that are all refused are accounted without a block', async (t) => {
  const store = new FakeStore();
  const answer = await send(startSequencer(t, store), body(0, 2));
  assert.ok(!isRefusal(answer));
  assert.equal(answer.rejectedSpans, 2);
  assert.deepEqual(store.commits.map(({ blocks, requests }) => [blocks.length, requests[0]?.refused]), [[0, { span_ids: 2 }]]);
});

test('tenants and retention classes have blocks of their own, numbered upwards from the last one', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { workers: 2 });
  await Promise.all(Array.from({ length: 30 }, (_, n) => send(sequencer, body(n % 3 + 1), [ACME, ZETA, LONG][n % 3])));
  const blocks = store.commits.flatMap((commit) => commit.blocks);
  assert.deepEqual(new Set(blocks.map(({ tenant, retention }) => `${tenant} ${retention}`)), new Set(['acme default', 'zeta default', 'acme long']));
  const ids = blocks.map(({ id }) => id).sort((a, b) => a - b);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids[0], 42);
  assert.equal(new Set(blocks.flatMap(({ requests }) => requests)).size, 30, 'each request is in one block');
  assert.ok(store.sums);
});

test('a full block is closed at once, and a request is never split', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  await Promise.all(Array.from({ length: 5 }, () => send(sequencer, body(3_000))));
  const rows = store.commits.flatMap(({ blocks }) => blocks.map((block) => block.rows));
  assert.ok(rows[0]! >= LIMITS.block_rows_target && rows.every((count) => count % 3_000 === 0), rows.join());
  assert.ok(store.sums);
});

for (const [name, fresh] of [['what is on its way', 1], ['repeated requests', 0]] as const) {
  test(`drain refuses what is new and waits for ${name}`, async (t) => {
    const store = new FakeStore();
    const sequencer = startSequencer(t, store);
    const repeated = body();
    await send(sequencer, again(repeated));
    const durable = gate();
    store.before = () => durable.opened;
    const answers = Promise.all([send(sequencer, again(repeated)), ...Array.from({ length: fresh }, () => send(sequencer, body()))]);
    const drained = sequencer.drain();
    assert.equal(sequencer.admit()?.refused, 'draining');
    assert.equal(code(await send(sequencer, body())), 'draining');
    assert.equal(await settled(drained), false);
    durable.open();
    await drained;
    assert.deepEqual((await answers).map(code), Array.from({ length: 1 + fresh }, () => null));
    assert.equal(store.accounts.length, 2 + fresh);
  });
}

test('admit refuses when the store cannot write, when too many rows wait, and when too much is in flight', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store);
  assert.equal(sequencer.admit(), null);
  store.unavailable = 'disk_full';
  assert.equal(sequencer.admit()?.refused, 'disk_full');
  store.unavailable = null;
  store.pendingRows = LIMITS.pending_rows_max;
  assert.equal(sequencer.admit()?.refused, 'overloaded');
  store.pendingRows = 0;
  const durable = gate();
  store.before = () => durable.opened;
  const answers = Array.from({ length: LIMITS.requests_in_flight_max }, () => send(sequencer, body()));
  assert.equal(sequencer.admit()?.refused, 'overloaded');
  durable.open();
  await Promise.all(answers);
  assert.equal(sequencer.admit(), null);
});

const faulty = mkdtempSync(join(tmpdir(), 'tracekeep-worker-'));
after(() => rmSync(faulty, { recursive: true, force: true }));

/** The real worker, with a bug in the pipeline for producers named `bug` one in sealing for tenants named `unsealable`, and an end for producers named `fatal`. */
function workerWithBug(): URL {
  const path = join(faulty, 'worker.mjs');
  const module = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(path, `
    import { Pipeline } from ${module('../pipeline.ts')};
    import { BlockBuilder } from ${module('../seal/seal.ts')};
    const { take } = Pipeline.prototype;
    Pipeline.prototype.take = function (body, encoding, producer, request, now_ms, blockFor) {
      if (producer.name === 'fatal') process.exit(1);
      if (producer.name === 'bug') { blockFor(); throw new TypeError('bad ' + Buffer.from(body)); }
      return take.apply(this, arguments);
    };
    const { close, open } = BlockBuilder.prototype;
    BlockBuilder.prototype.open = function (identity) { this.unsealable = identity.tenant === 'unsealable'; return open.call(this, identity); };
    BlockBuilder.prototype.close = function () { if (this.unsealable) throw new Error('cannot seal'); return close.call(this); };
    await import(${module('../worker.ts')});
  `);
  return pathToFileURL(path);
}

test('a bug in the pipeline refuses its request for good and those it took along as retryable; the next work', async (t) => {
  const store = new FakeStore();
  const failures: string[] = [];
  const sequencer = startSequencer(t, store, { worker: workerWithBug(), events: { failed: (what) => failures.push(what) } });
  const lost = body(2);
  const [taken, poison] = await Promise.all([send(sequencer, again(lost)), send(sequencer, body(), { ...ZETA, name: 'bug' })]);
  assert.deepEqual([code(taken), code(poison)], ['store_unavailable', 'internal']);
  assert.equal(failures.length, 1);
  assert.match(failures[0]!, /TypeError\n +at /);
  assert.ok(!failures[0]!.includes('traceId'), 'no payload');
  assert.equal(code(await send(sequencer, again(lost))), null);
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[2, 0]]);
  assert.deepEqual([sequencer.requestsInFlight, sequencer.bytesInFlight], [0, 0]);
  assert.ok(store.sums);
});

test('a block that cannot be sealed is lost with its requests alone, which are refused as retryable', async (t) => {
  const store = new FakeStore();
  const failures: string[] = [];
  const sequencer = startSequencer(t, store, { worker: workerWithBug(), events: { failed: (what) => failures.push(what) } });
  const unsealable = { ...ZETA, tenant: 'unsealable' as TenantId };
  assert.equal(code(await send(sequencer, body(), unsealable)), 'store_unavailable');
  assert.match(failures[0]!, /Error: cannot seal/);
  assert.equal(code(await send(sequencer, body(9_000), unsealable)), 'store_unavailable', 'a full block, closed by the worker itself');
  assert.equal(code(await send(sequencer, body())), null);
  assert.equal(sequencer.requestsInFlight, 0);
});

test('a worker that dies takes along what it had not handed over, as retryable, and another takes its place', { timeout: 30_000 }, async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { worker: workerWithBug(), events: { failed: () => {} } });
  const entered = gate();
  const durable = gate();
  store.before = async () => (entered.open(), await durable.opened);
  const committing = body(3);
  const first = send(sequencer, again(committing));
  await entered.opened;
  const open = send(sequencer, body(2));
  assert.equal(code(await send(sequencer, body(), { ...ZETA, name: 'fatal' })), 'store_unavailable');
  assert.equal(code(await open), 'store_unavailable');
  assert.equal(code(await send(sequencer, body())), 'store_unavailable', 'nobody is there to take it');
  durable.open();
  assert.equal(code(await first), null, 'what the store has is acknowledged');
  await send(sequencer, again(committing));
  assert.deepEqual(store.accounts.map(({ stored, dropped }) => [stored, dropped]), [[3, 0], [0, 3]]);
  while (code(await send(sequencer, body())) !== null) await setTimeout(20);
  assert.deepEqual([sequencer.requestsInFlight, sequencer.bytesInFlight], [0, 0]);
  assert.ok(store.sums);
});

/** A worker that does as the body says (`{taken_ms, refuse}`) and takes its time to seal. */
function scriptedWorker(): URL {
  const path = join(faulty, 'scripted.mjs');
  writeFileSync(path, `
    import { parentPort } from 'node:worker_threads';
    let open = [];
    parentPort.on('message', (message) => {
      if (message.is === 'export') {
        const { taken_ms, refuse } = JSON.parse(Buffer.from(message.body));
        setTimeout(() => {
          if (!refuse) open.push(message.request);
          parentPort.postMessage({ is: 'taken', request: message.request, took_ms: 0, result: refuse ? { refused: 'body_undecodable' } : { received: 1, stored: 1, refused: {}, dropped: 0, droppedOfOthers: 0, reliesOn: [], versionTraces: [], minimized: {}, message: '' } });
        }, taken_ms);
      } else {
        const requests = open;
        open = [];
        if (requests.length > 0) setTimeout(() => parentPort.postMessage({ is: 'block', block: { id: 1, rows: requests.length, requests } }), 60);
      }
    });
    parentPort.postMessage({ is: 'ready' });
  `);
  return pathToFileURL(path);
}

test('a request is not forgotten in its open block when an earlier block comes back and another request is refused', { timeout: 10_000 }, async (t) => {
  const sequencer = startSequencer(t, new FakeStore(), { worker: scriptedWorker() });
  const scripted = (taken_ms: number, refuse = false) => send(sequencer, new Uint8Array(Buffer.from(JSON.stringify({ taken_ms, refuse, serial: ++serial }))));
  await sequencer.ready();
  const first = scripted(0);
  await setTimeout(20);
  // The first block is being sealed. This one is taken meanwhile; the refused one keeps it from being closed at a lull.
  const second = scripted(0);
  const refused = scripted(75, true);
  assert.deepEqual((await Promise.all([first, second, refused])).map(code), [null, null, 'body_undecodable']);
});

test('every request is answered whatever comes between, and the account balances', { timeout: 60_000 }, async (t) => {
  const seed = randomInt(1, 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  let state = seed;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { workers: 2 });
  store.before = async () => {
    if (random(3) === 0) await setTimeout(random(4));
    if (random(10) === 0) throw new Error('disk');
  };
  const sent: Uint8Array[] = [];
  let codes: (string | null)[] = [];
  for (let round = 0; round < 25; round++) {
    const answers: Promise<IngestAnswer>[] = [];
    for (let n = random(12); n >= 0; n--) {
      const kind = random(10);
      const bytes = kind === 0 ? new Uint8Array(Buffer.from(`{"resourceSpans":${++serial}}`)) : kind === 1 ? body(0, 1) : kind < 4 && sent.length > 0 ? again(sent[random(sent.length)]!) : body(random(40) + 1, random(2));
      sent.push(again(bytes));
      answers.push(send(sequencer, bytes, [ACME, ZETA, LONG][random(3)]));
      if (random(3) === 0) await setTimeout(random(5));
      else await setImmediate();
    }
    // Nothing follows in this round: whoever is not answered now waits for ever.
    codes = [...codes, ...(await Promise.all(answers)).map(code)];
  }
  assert.deepEqual(new Set(codes), new Set([null, 'body_undecodable', 'request_copied', 'store_unavailable']), `seed ${seed}`);
  assert.ok(store.sums);
  assert.deepEqual([sequencer.requestsInFlight, sequencer.bytesInFlight], [0, 0]);
});
