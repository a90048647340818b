import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DurableBlocks } from './durable-blocks.ts';
import { NOT_TAKEN, OTHER_CONTENT, TakenSpans } from './taken-spans.ts';

const KiB = 1024;

function fixture(lastBlock = 9) {
  let next = lastBlock + 1;
  const taken = new TakenSpans(TakenSpans.allocate(next, 16 * KiB), 1);
  const blocks = new DurableBlocks(taken, () => next);
  return { taken, blocks, begin: () => next++ };
}
async function stateOf(promise: Promise<boolean>): Promise<boolean | 'open'> {
  let state: boolean | 'open' = 'open';
  void promise.then((durable) => (state = durable));
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return state;
}

test('a request waits for the blocks it relies on, whatever their order', async () => {
  const { blocks, begin } = fixture();
  const [first, second, third] = [begin(), begin(), begin()];
  const both = blocks.when([second, first]);
  blocks.durable(second);
  assert.equal(await stateOf(both), 'open');
  assert.deepEqual(blocks.open([first, second, third]), [first, third]);
  blocks.durable(first);
  assert.equal(await stateOf(both), true);
  assert.equal(await stateOf(blocks.when([first, second])), true);
  assert.equal(await stateOf(blocks.when([])), true);
  assert.equal(await stateOf(blocks.when([third])), 'open');
});

test('who relies on a block that fails is told no, whether it asks before or after; who relies on another waits for that', async () => {
  const { blocks, begin } = fixture();
  const [failing, other] = [begin(), begin()];
  blocks.arrived(other);
  const [before, waits] = [blocks.when([failing]), blocks.when([other])];
  blocks.failed(failing);
  assert.equal(await stateOf(before), false);
  assert.equal(await stateOf(blocks.when([failing])), false);
  assert.equal(await stateOf(waits), 'open');
  blocks.durable(other);
  assert.equal(await stateOf(waits), true);
  const later = begin();
  blocks.durable(later);
  assert.equal(await stateOf(blocks.when([later])), true, 'later blocks are relied on again');
});

test('when a worker lost its blocks, only who relies on what other workers handed over goes on waiting', async () => {
  const { blocks, begin } = fixture();
  const [handedOver, lost] = [begin(), begin()];
  blocks.arrived(handedOver);
  const [waits, hopeless] = [blocks.when([handedOver]), blocks.when([handedOver, lost])];
  blocks.lost();
  blocks.durable(handedOver);
  assert.equal(await stateOf(waits), true);
  assert.equal(await stateOf(hopeless), false);
});

test('entries of a block that failed count no more, also those made after the failure', () => {
  const { taken, blocks, begin } = fixture();
  const [failing, later] = [begin(), begin()];
  assert.equal(taken.take(1, 2, 3, 4, 0, failing), NOT_TAKEN);
  assert.equal(taken.take(1, 2, 3, 4, 0, later), failing);
  assert.equal(taken.take(1, 2, 5, 4, 0, later), OTHER_CONTENT);
  blocks.failed(failing);
  assert.equal(taken.take(1, 2, 3, 4, 0, failing), NOT_TAKEN);
  const fresh = begin();
  assert.equal(taken.take(1, 2, 3, 4, 0, fresh), NOT_TAKEN, 'the entry made late is void as well');
  assert.equal(taken.take(1, 2, 3, 4, 0, begin()), fresh);
});

test('workers that take the same spans at once take each of them once', { timeout: 30_000 }, async () => {
  const tags = 200_000;
  const memory = TakenSpans.allocate(1, 64 * KiB * KiB);
  // Each tells how far it is, so that they go side by side.
  const places = new Int32Array(new SharedArrayBuffer(8));
  const url = new URL('./taken-spans.ts', import.meta.url).href;
  const take = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(url)}).then(({ TakenSpans }) => {
      const { memory, worker, places, tags } = workerData;
      const taken = new TakenSpans(memory, worker);
      let mine = 0;
      for (let tag = 0; tag < tags; tag++) {
        if (tag % 500 === 0) {
          Atomics.store(places, worker - 1, tag + 1);
          while (Atomics.load(places, 2 - worker) < tag + 1);
        }
        if (taken.take(tag, tag, 7, 7, 0, worker) === 0) mine++;
      }
      Atomics.store(places, worker - 1, tags + 1);
      parentPort.postMessage(mine);
    });`;
  const counts = await Promise.all([1, 2].map((worker) => new Promise<number>((done, fail) => new Worker(take, { eval: true, workerData: { memory, worker, places, tags } }).on('message', done).on('error', fail))));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), tags);
});

test('what a dead worker held closed is opened for the others', { timeout: 30_000 }, async () => {
  const memory = TakenSpans.allocate(1, 128);
  const words = new Int32Array(memory);
  // The one bucket of this table stands behind the head.
  Atomics.store(words, 32, 2);
  const url = new URL('./taken-spans.ts', import.meta.url).href;
  const waiting = new Promise<number>((done, fail) => new Worker(`
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(url)}).then(({ TakenSpans }) => { parentPort.postMessage('here'); parentPort.postMessage(new TakenSpans(workerData, 1).take(1, 1, 1, 1, 0, 1)); });`, { eval: true, workerData: memory })
    .on('message', (message) => (message === 'here' ? new TakenSpans(memory, 0).openLocksOf(2) : done(message as number))).on('error', fail));
  assert.equal(await waiting, NOT_TAKEN);
});
