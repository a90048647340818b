/** Figures of the last minutes with a clock in hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentDurations, RecentRate } from './recent.ts';

test('times() gives percentiles of the last five minutes that really occurred', () => {
  let now = 1_000_000;
  const recent = new RecentDurations(() => now);
  assert.deepEqual(recent.times(), { p50_ms: null, p95_ms: null, p99_ms: null, count: 0, lastAt: null });
  for (let ms = 1; ms <= 100; ms += 1) recent.add(101 - ms);
  assert.deepEqual(recent.times(), { p50_ms: 50, p95_ms: 95, p99_ms: 99, count: 100, lastAt: now });
  now += 200_000;
  recent.add(7);
  now += 150_000;
  assert.deepEqual(recent.times(), { p50_ms: 7, p95_ms: 7, p99_ms: 7, count: 1, lastAt: now - 150_000 });
});

test('times() of a busy server are those of the newest', () => {
  const recent = new RecentDurations(() => 5);
  for (let at = 0; at < 5_000; at += 1) recent.add(at < 2_500 ? 1_000 : 1);
  assert.deepEqual(recent.times(), { p50_ms: 1, p95_ms: 1, p99_ms: 1, count: 2_048, lastAt: 5 });
});

test('perSecond() is the mean of the seconds that are over, and falls to nothing', () => {
  let now = 10_000_000;
  const rate = new RecentRate(() => now);
  assert.equal(rate.perSecond(), 0);
  for (let second = 0; second < 40; second += 1) {
    rate.add(58);
    rate.add(0);
    now += 1_000;
  }
  assert.equal(rate.perSecond(), 58);
  now += 14_500;
  assert.ok(rate.perSecond() > 0 && rate.perSecond() < 58);
  now += 60_000;
  assert.equal(rate.perSecond(), 0);
});
