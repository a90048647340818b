/** Spans and requests that come again, while the store and the workers fail: nothing is acknowledged that is not durable. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { TakenSpans } from '#compare';
import type { NewFinding } from '#findings';
import { type Producer, type ProducerId, takenOf, type TenantId } from '#model';
import { DEFAULT_POLICY } from '#policy';
import type { FromWorker, ToWorker, WorkerData } from '#worker';
import type { IngestAnswer } from './sequencer.ts';
import { ACME, code, FakeStore, gate, settled, startSequencer } from './testing.ts';

const MATE: Producer = { ...ACME, id: 'p_000000000000000b' as ProducerId, name: 'mate' };
const ZETA: Producer = { ...ACME, id: 'p_000000000000000c' as ProducerId, name: 'zeta', tenant: 'zeta' as TenantId };
const OK = { rejectedSpans: 0, message: '' };
const TRACE = '01'.repeat(16);

interface Started {
  readonly store: FakeStore;
  readonly found: NewFinding[];
  send(body: string, producer?: Producer): Promise<IngestAnswer>;
}
function start(t: TestContext, options: { workers?: number; worker?: URL; remembered?: FakeStore['remembered'] } = {}): Started {
  const store = new FakeStore();
  store.remembered = options.remembered ?? [];
  const found: NewFinding[] = [];
  const { workers = 1, worker } = options;
  const sequencer = startSequencer(t, store, { workers, events: { found: (finding) => found.push(finding), failed: () => {} }, ...(worker && { worker }) });
  return { store, found, send: (body, producer = ACME) => sequencer.submit(producer, new Uint8Array(Buffer.from(body)), 'json') };
}

/** Spans by their numbers; those with equal numbers are equal, unless `name` differs. */
function spans(numbers: readonly number[], name = 'op'): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: numbers.map((one) => ({ traceId: TRACE, spanId: one.toString(16).padStart(16, '0'), name })) }] }] });
}
const remembered = (store: FakeStore) => store.commits.flatMap(({ requests }) => requests).filter(({ digest }) => digest !== '').map((account) => ({ digest: account.digest, request: takenOf(account), at_ms: Date.now() }));

test('spans taken before are acknowledged, dropped and counted, in another request and within one', async (t) => {
  const { store, send } = start(t, { workers: 2 });
  assert.deepEqual(await send(spans([1, 2, 3])), OK);
  assert.deepEqual(await send(spans([3, 4, 4, 1])), OK);
  assert.deepEqual(await send(spans([2, 4])), OK);
  assert.deepEqual(store.sums, [4, 0, 5]);
});

test('a request of which spans were dropped waits for the block that has them, and its own spans do not', async (t) => {
  const { store, send } = start(t);
  const first = gate();
  let commits = 0;
  store.before = () => (commits++ === 0 ? first.opened : undefined);
  const taken = send(spans([1, 2]));
  while (commits === 0) await setTimeout(2);
  const [mixed, repeated] = [send(spans([2, 3])), send(spans([1]))];
  while (store.rows === 0) await setTimeout(2);
  assert.equal(await settled(Promise.race([taken, mixed, repeated])), false);
  assert.deepEqual(store.sums, [1, 0, 0], 'span 3 is durable, and no request is taken as a whole');
  assert.equal(remembered(store).length, 0);
  first.open();
  assert.deepEqual(await Promise.all([taken, mixed, repeated]), [OK, OK, OK]);
  assert.deepEqual(store.sums, [3, 0, 2]);
  assert.equal(remembered(store).length, 3);
});

test('when the block that has the dropped spans fails, the request is refused as retryable, and its retry loses nothing', async (t) => {
  const { store, send } = start(t);
  const first = gate();
  let commits = 0;
  store.before = async () => {
    if (commits++ > 0) return;
    await first.opened;
    throw new Error('disk');
  };
  const taken = send(spans([1, 2]));
  while (commits === 0) await setTimeout(2);
  const [mixed, repeated] = [send(spans([2, 3])), send(spans([1]))];
  while (store.rows === 0) await setTimeout(2);
  first.open();
  assert.deepEqual((await Promise.all([taken, mixed, repeated])).map(code), ['store_unavailable', 'store_unavailable', 'store_unavailable']);
  assert.deepEqual(await Promise.all([send(spans([1, 2])), send(spans([2, 3])), send(spans([1]))]), [OK, OK, OK]);
  const [stored, , dropped] = store.sums;
  // Span 3 of the first attempt is stored twice: that was forgotten with the block that failed.
  assert.deepEqual([stored, dropped], [4, 2]);
});

test('a request that was sent again after its rest failed is not answered from memory, also after a restart', async (t) => {
  const { store, send } = start(t);
  const first = gate();
  let commits = 0;
  store.before = async () => {
    if (commits++ > 0) return;
    await first.opened;
    throw new Error('disk');
  };
  const taken = send(spans([1]));
  while (commits === 0) await setTimeout(2);
  const mixed = send(spans([1, 2]));
  while (store.rows === 0) await setTimeout(2);
  first.open();
  assert.deepEqual((await Promise.all([taken, mixed])).map(code), ['store_unavailable', 'store_unavailable']);
  const later = start(t, { remembered: remembered(store) });
  assert.deepEqual(await later.send(spans([1, 2])), OK);
  assert.deepEqual(later.store.sums, [2, 0, 0]);
});

test('a request taken in two parts is recognised after a restart, with all its spans', async (t) => {
  const { store, send } = start(t);
  const first = gate();
  let commits = 0;
  store.before = () => (commits++ === 0 ? first.opened : undefined);
  const taken = send(spans([1]));
  while (commits === 0) await setTimeout(2);
  const mixed = send(spans([1, 2, 3]));
  while (store.rows === 0) await setTimeout(2);
  first.open();
  await Promise.all([taken, mixed]);
  const later = start(t, { remembered: remembered(store) });
  assert.deepEqual(await later.send(spans([1, 2, 3])), OK);
  assert.deepEqual(later.store.sums, [0, 0, 3]);
});

test('a repeated span without any block of its own is dropped without one', async (t) => {
  const { store, send } = start(t);
  for (const numbers of [[1, 2], [2], [1], [2, 1], [3]]) assert.deepEqual(await send(spans(numbers)), OK);
  assert.deepEqual(store.sums, [3, 0, 4]);
  assert.deepEqual(store.commits.flatMap(({ blocks }) => blocks).map(({ rows }) => rows), [2, 1]);
});

const faulty = mkdtempSync(join(tmpdir(), 'tracekeep-worker-'));
after(() => rmSync(faulty, { recursive: true, force: true }));

/** The real worker, which loses its blocks with a producer named `bug` and dies with one named `fatal`. It does not close blocks while a file `held` exists. */
function workerWithBug(): URL {
  const path = join(faulty, 'worker.mjs');
  const module = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(path, `
    import { Pipeline } from ${module('../pipeline.ts')};
    const { take } = Pipeline.prototype;
    Pipeline.prototype.take = function (body, encoding, producer) {
      if (producer.name === 'fatal') process.exit(1);
      if (producer.name === 'bug') throw new TypeError('bug');
      return take.apply(this, arguments);
    };
    await import(${module('../worker.ts')});
  `);
  return pathToFileURL(path);
}

for (const end of ['bug', 'fatal']) {
  test(`a request that relies on the open block of a worker is refused with it (${end}), and its retry is stored`, { timeout: 30_000 }, async (t) => {
    const { store, send } = start(t, { worker: workerWithBug() });
    // Handed over before the timer that closes blocks can run: both are in the worker's open block when it is lost.
    const answers = await Promise.all([send(spans([1])), send(spans([1, 2])), send(spans([1, 1])), send(spans([9]), { ...ZETA, name: end })]);
    assert.deepEqual(answers.slice(0, 3).map(code), ['store_unavailable', 'store_unavailable', 'store_unavailable']);
    while (code(await send(spans([1, 2]))) !== null) await setTimeout(20);
    assert.deepEqual(store.sums, [2, 0, 0]);
  });
}

test('a worker that dies does not take along what relies on the blocks of others', { timeout: 30_000 }, async (t) => {
  const { store, send } = start(t, { workers: 2, worker: workerWithBug() });
  assert.deepEqual(await send(spans([1])), OK);
  const dead = send(spans([7]), { ...ZETA, name: 'fatal' });
  const repeated = await send(spans([1, 1]));
  await dead;
  assert.ok(code(repeated) === null || code(repeated) === 'store_unavailable');
  while (code(await send(spans([1, 2]))) !== null) await setTimeout(20);
  const [stored] = store.sums;
  assert.ok(stored >= 2);
});

test('a second version of a span is stored, counted, and told once it can be seen', async (t) => {
  const { store, found, send } = start(t);
  await send(spans([1, 2]));
  assert.equal(found.length, 0);
  assert.deepEqual(await send(spans([1], 'xyzzy')), OK);
  assert.deepEqual(store.sums, [3, 0, 0]);
  assert.deepEqual(store.commits.at(-1)?.requests[0]?.minimized, { 'odd-time': 1, 'second-version': 1 });
  assert.deepEqual(found.map(({ tenant, analytic, subject, evidences }) => [tenant, analytic.uid, subject, evidences]), [['acme', 'replay.second-version', `trace ${TRACE}`, [{ trace_id: TRACE, producer_id: ACME.id }]]]);
  assert.ok(!JSON.stringify(found).includes('xyzzy'), 'no payload');
  store.before = () => Promise.reject(new Error('disk'));
  await send(spans([2], 'forged'));
  assert.equal(found.length, 1, 'what was not stored is not told');
});

test('a copy of a request by another producer is refused for good, counted as refused, and told to both tenants', async (t) => {
  const { store, found, send } = start(t);
  await send(spans([1, 2]));
  for (const producer of [MATE, ZETA]) assert.deepEqual(await send(spans([1, 2]), producer), { refused: 'request_copied' });
  assert.deepEqual(store.sums, [2, 4, 0]);
  assert.deepEqual(store.commits.at(-1)?.requests.map(({ producer, tenant, received, refused }) => [producer, tenant, received, refused]), [[ZETA.id, 'zeta', 2, { request_copied: 2 }]]);
  assert.deepEqual(found.map(({ tenant, resources }) => [tenant, (resources ?? []).map(({ uid }) => uid)]), [['acme', [MATE.id, ACME.id]], ['zeta', [ZETA.id]], ['acme', [ACME.id]]], 'no tenant is told of a producer of another one');
  assert.deepEqual(await send(spans([1, 2])), OK, 'the first producer may still repeat it');
});

test('a copy that comes while the first is on its way waits for it: refused with it taken, taken itself if the first failed', async (t) => {
  const { store, send } = start(t);
  let fails = false;
  let durable = gate();
  store.before = async () => {
    await durable.opened;
    if (fails) throw ((fails = false), new Error('disk'));
  };
  const [first, copy] = [send(spans([1])), send(spans([1]), MATE)];
  assert.equal(await settled(copy), false);
  durable.open();
  assert.deepEqual([await first, await copy], [OK, { refused: 'request_copied' }]);
  durable = gate();
  fails = true;
  const answers = [send(spans([2])), send(spans([2]), MATE), send(spans([2]), ZETA)];
  assert.equal(await settled(Promise.race(answers)), false);
  durable.open();
  assert.deepEqual((await Promise.all(answers)).map(code), ['store_unavailable', null, 'request_copied']);
});

test('requests without spans, and those of which nothing was taken, are nobody’s: no copy, and none refused', async (t) => {
  const { store, found, send } = start(t);
  const [empty, foreign] = ['{"resourceSpans":[]}', spans([1])];
  for (const producer of [ACME, MATE, ZETA]) assert.deepEqual(await send(empty, producer), OK);
  assert.equal((await send(foreign, { ...ACME, services: ['other'] }) as { rejectedSpans: number }).rejectedSpans, 1);
  assert.deepEqual(await send(foreign, MATE), OK);
  assert.deepEqual(await send(foreign, ZETA), { refused: 'request_copied' });
  assert.deepEqual([store.sums, found.length], [[1, 2, 0], 2]);
});

test('a copy is recognised after a restart', async (t) => {
  const { store, send } = start(t);
  await send(spans([1]));
  const later = start(t, { remembered: remembered(store) });
  assert.deepEqual(await later.send(spans([1]), MATE), { refused: 'request_copied' });
});

test('a worker says of a block in which nothing came that it is unused, so that nobody counts on it', { timeout: 20_000 }, async () => {
  const workerData: WorkerData = { nextBlock: new BigInt64Array(new SharedArrayBuffer(8)), taken: TakenSpans.allocate(1, 1 << 20), worker: 1, policy: DEFAULT_POLICY, pseudonymKey: null, tokenKey: null };
  workerData.nextBlock[0] = 1n;
  const worker = new Worker(new URL('../worker.ts', import.meta.url), { workerData });
  const heard: string[] = [];
  try {
    await new Promise<void>((done) => {
      worker.on('message', (message: FromWorker) => {
        heard.push(message.is === 'unused' ? `unused ${message.block}` : message.is);
        if (message.is === 'unused') done();
      });
      for (const request of [1, 2]) {
        const exported: ToWorker = { is: 'export', request, body: new Uint8Array(Buffer.from(spans([1]))), encoding: 'json', producer: ACME, rememberedSince_ms: 0 };
        for (const message of [exported, { is: 'close' } satisfies ToWorker]) worker.postMessage(message);
      }
    });
  } finally {
    await worker.terminate();
  }
  assert.deepEqual(heard, ['ready', 'taken', 'block', 'taken', 'unused 2']);
});

/** A span that is told by its number: the part of its trace id that `SealedBlock.traceKeys` has. */
function numbered(numbers: readonly number[]): string {
  const traceId = (number: number): string => {
    const bytes = Buffer.alloc(16, 1);
    bytes.writeUInt32LE(number, 8);
    return bytes.toString('hex');
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: numbers.map((one) => ({ traceId: traceId(one), spanId: '0102030405060708', name: 'op' })) }] }] });
}

test('whatever fails and whatever is repeated, every acknowledged span is durable', { timeout: 60_000 }, async (t) => {
  const seed = randomInt(1, 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const { store, send } = start(t, { workers: 2, worker: workerWithBug() });
  store.before = async () => {
    await setTimeout(random(15));
    if (random(5) === 0) throw new Error('disk');
  };
  const acknowledged = new Set<number>();
  let newest = 1;
  // Rounds in which no worker ran (one comes up again half a second after it died) do not count.
  for (let rounds = 0; rounds < 30; ) {
    const answers: Promise<void>[] = [];
    const before = acknowledged.size;
    for (let request = random(10); request >= 0; request--) {
      // Some of them new, some of the last ones again, some twice.
      const numbers = Array.from({ length: random(8) + 1 }, () => (random(2) === 0 ? newest++ : Math.max(1, newest - random(20))));
      const who = random(6) === 0 ? MATE : ACME;
      answers.push(send(numbered(numbers), who).then((answer) => {
        if (code(answer) === null) for (const one of numbers) acknowledged.add(one);
      }));
      if (random(40) === 0) answers.push(send(numbered([newest++]), { ...ZETA, name: random(3) === 0 ? 'fatal' : 'bug' }).then(() => undefined));
      if (random(3) === 0) await setTimeout(random(6));
      else await setImmediate();
    }
    // Nothing follows in this round: whoever is not answered now waits for ever.
    await Promise.all(answers);
    if (acknowledged.size > before) rounds++;
    else await setTimeout(20);
  }
  const durable = new Set(store.commits.flatMap(({ blocks }) => blocks.flatMap(({ traceKeys }) => [...traceKeys])));
  assert.deepEqual([...acknowledged].filter((one) => !durable.has(one)), [], `seed ${seed}`);
  const [, , dropped] = store.sums;
  assert.ok(dropped > 0, `seed ${seed}`);
});
