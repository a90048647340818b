/** What the page adds up is what the server counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountingHistory } from '#api/ingest.ts';
import { lastSeen, reasonsOf, sumsOf } from './account-sums.ts';

const history: AccountingHistory = {
  start: '1000000000', end: '4000000000', stepNano: '1000000000',
  producers: [
    { id: 'p_1', name: 'one', received: [5, 0, 1], stored: [3, 0, 1], refused: [2, 0, 0], dropped: [0, 0, 0] },
    { id: 'p_2', name: 'two', received: [0, 4, 0], stored: [0, 2, 0], refused: [0, 1, 0], dropped: [0, 1, 0] },
  ],
  reasons: [
    { outcome: 'refused', reason: 'span_time', producer: 'p_1', count: 2, series: [2, 0, 0] },
    { outcome: 'refused', reason: 'span_time', producer: 'p_2', count: 1, series: [0, 1, 0] },
    { outcome: 'dropped', reason: 'duplicate', producer: 'p_2', count: 1, series: [0, 1, 0] },
    { outcome: 'minimized', reason: 'email', producer: 'p_1', count: 9, series: [9, 0, 0] },
  ],
};

test('sumsOf() adds producers per bucket', () => {
  const all = sumsOf(history);
  assert.deepEqual(all.instants, [1_000, 2_000, 3_000]);
  assert.deepEqual(all.received, [5, 4, 1]);
  assert.deepEqual(all.totals, { received: 10, stored: 6, refused: 3, dropped: 1 });
  assert.deepEqual(sumsOf(history, 'p_2').totals, { received: 4, stored: 2, refused: 1, dropped: 1 });
  assert.deepEqual(sumsOf({ ...history, producers: [] }).instants, []);
});

test('reasonsOf() joins producers and leaves out what was minimized', () => {
  assert.deepEqual(reasonsOf(history.reasons).map(({ reason, count, producers }) => [reason, count, producers.map(({ id }) => id)]), [['span_time', 3, ['p_1', 'p_2']], ['duplicate', 1, ['p_2']]]);
  assert.deepEqual(reasonsOf(history.reasons, 'p_1').map(({ reason, count }) => [reason, count]), [['span_time', 2]]);
});

test('lastSeen() is the newest bucket in which something came', () => {
  assert.equal(lastSeen(sumsOf(history, 'p_2')), 2_000);
  assert.equal(lastSeen(sumsOf(history, 'p_3')), null);
});
