import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

const later = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('done'), ms));

test('Gate.run() lets so many in at once and the others in their turn', async () => {
  const gate = new Gate(2, 10);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = (at: number) => async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    order.push(at);
    await later(5);
    running -= 1;
  };
  await Promise.all([0, 1, 2, 3, 4, 5].map((at) => gate.run(5_000, work(at))));
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  // Places that were handed over are still taken when others come later.
  const early = [6, 7, 8, 9].map((at) => gate.run(5_000, work(at)));
  await later(7);
  await Promise.all([...early, ...[10, 11, 12].map((at) => gate.run(5_000, work(at)))]);
  assert.equal(most, 2);
});

test('Gate.run() refuses when too many wait, and who waits too long', async () => {
  const gate = new Gate(1, 1);
  const first = gate.run(5_000, () => later(60));
  const second = gate.run(10, () => later(0));
  assert.deepEqual(await gate.run(5_000, () => later(0)), { refused: 'query_busy' });
  assert.deepEqual(await second, { refused: 'query_timeout', detail: 'while waiting for other queries' });
  assert.equal(await first, 'done');
  assert.equal(await gate.run(10, () => later(0)), 'done', 'the place of the one who gave up is not lost');
});

test('Gate.run() gives the place back when the work fails', async () => {
  const gate = new Gate(1, 1);
  await assert.rejects(gate.run(100, async () => Promise.reject(new Error('cannot work'))));
  assert.equal(await gate.run(100, () => later(0)), 'done');
});
