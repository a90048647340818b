import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellsOf, cloudOf, nearest, slowest } from './cloud.ts';
import { durationAxis, timeAxis } from './scales.ts';

const START_MS = 1_700_000_000_000;
const cloud = cloudOf({
  start: `${START_MS}000000`,
  end: `${START_MS + 1_000}000000`,
  total: 400,
  oneIn: 100,
  traceIds: ['t1', 't2'],
  services: ['cart', 'pay'],
  points: { trace: [0, 1, 1, 0], service: [0, 1, 1, 0], startOffset: [0, 500_000_000, 500_000_000, 1_000_000_000], duration: [1_000_000, 50_000_000, 50_000_000, 100_000_000], error: [0, 0, 1, 0] },
});
const x = timeAxis(cloud.from_ms, cloud.to_ms, 100);
const y = durationAxis('linear', cloud.min, cloud.max, 106);

test('cloudOf() places every point in time and names its trace and service', () => {
  assert.deepEqual([...cloud.at_ms], [START_MS, START_MS + 500, START_MS + 500, START_MS + 1_000]);
  assert.deepEqual([cloud.trace[1], cloud.service[1], cloud.min, cloud.max], ['t2', 'pay', 1_000_000, 100_000_000]);
});

test('cloudOf() stands without points', () => {
  const none = cloudOf({ start: '0', end: '1000000', total: 0, oneIn: 1, traceIds: [], services: [], points: { trace: [], service: [], startOffset: [], duration: [], error: [] } });
  assert.ok(none.min < none.max && none.count === 0);
});

test('nearest() finds a point within reach, the failed one of two', () => {
  assert.equal(nearest(cloud, x, y, 52, 55), 2);
  assert.equal(nearest(cloud, x, y, 25, 25), null);
});

test('cellsOf() counts points and errors of a cell', () => {
  const { cells, most } = cellsOf(cloud, x, y, 10);
  assert.equal(most, 2);
  assert.deepEqual(cells.find(({ count }) => count === 2), { column: 5, row: 5, count: 2, errors: 1 });
});

test('slowest() names each trace once', () => {
  assert.deepEqual(slowest(cloud, 5).map((at) => cloud.trace[at]), ['t1', 't2']);
});
