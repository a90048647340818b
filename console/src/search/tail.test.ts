import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceSummary } from '#api/search-types.ts';
import { arrive, ARRIVED_MAX, NOBODY, onTop } from './tail.ts';

const trace = (traceId: string, spanCount = 1): TraceSummary => ({ traceId, rootService: 's', rootName: 'n', startTimeUnixNano: '0', durationNano: '1', spanCount, errorCount: 0, services: [], matchedSpanCount: 1, matchedSpanIds: [], minimizedCount: 0, sealedCount: 0 });
const ids = (traces: readonly TraceSummary[]): string[] => traces.map(({ traceId }) => traceId);

test('arrive() puts what is new on top and lets what grew stay where it is', () => {
  const one = arrive(NOBODY, [trace('b'), trace('a')]);
  const two = arrive(one, [trace('c'), trace('a', 9)]);
  assert.deepEqual(ids(two.traces), ['c', 'b', 'a']);
  assert.equal(two.traces[2]?.spanCount, 9);
  assert.equal(two.added, 3);
});

test('arrive() keeps a bounded number', () => {
  let all = NOBODY;
  for (let at = 0; at < ARRIVED_MAX + 20; at += 1) all = arrive(all, [trace(String(at))]);
  assert.equal(all.traces.length, ARRIVED_MAX);
  assert.equal(all.traces[0]?.traceId, String(ARRIVED_MAX + 19));
});

test('onTop() shows each trace once', () => {
  assert.deepEqual(ids(onTop([trace('b', 2)], [trace('b'), trace('a')])), ['b', 'a']);
});
