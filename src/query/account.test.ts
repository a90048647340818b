import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf } from './account.ts';
import type { AccountLine } from './query-store.ts';

const line = (producer: string, outcome: string, reason: string, count: number): AccountLine => ({ tenant: 'default', producer, outcome, reason, count });

test('accountOf() balances in all and per producer; removed producers keep their figures, idle ones are shown', () => {
  const account = accountOf(
    [line('p_1', 'received', '', 18), line('p_2', 'received', '', 4), line('p_1', 'stored', '', 10), line('p_1', 'stored', '', 5), line('p_1', 'refused', 'span_ids', 2), line('p_1', 'refused', 'span_time', 1), line('p_2', 'dropped', 'duplicate', 4), line('p_2', 'minimized', 'email', 7), line('p_1', 'minimized', 'email', 1)],
    [{ id: 'p_1', name: 'shop' }, { id: 'p_3', name: 'idle' }],
  );
  assert.deepEqual(account, {
    totals: { received: 22, stored: 15, refused: 3, dropped: 4, minimized: { email: 8 }, refusedBy: { span_ids: 2, span_time: 1 } },
    producers: [
      { id: 'p_1', name: 'shop', received: 18, stored: 15, refused: 3, dropped: 0, minimized: { email: 1 }, refusedBy: { span_ids: 2, span_time: 1 } },
      { id: 'p_3', name: 'idle', received: 0, stored: 0, refused: 0, dropped: 0, minimized: {}, refusedBy: {} },
      { id: 'p_2', name: 'p_2', received: 4, stored: 0, refused: 0, dropped: 4, minimized: { email: 7 }, refusedBy: {} },
    ],
  });
});

test('accountOf() shows a loss: received is counted, not computed', () => {
  const { totals } = accountOf([line('p_1', 'received', '', 10), line('p_1', 'stored', '', 9)], []);
  assert.deepEqual([totals.received, totals.stored + totals.refused + totals.dropped], [10, 9]);
});
