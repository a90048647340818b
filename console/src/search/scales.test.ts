import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationAxis, durationText, timeAxis } from './scales.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 4, 5, 12);

test('timeAxis() goes there and back, with ticks on whole steps', () => {
  const axis = timeAxis(NOON, NOON + HOUR_MS, 800);
  assert.equal(axis.toPx(NOON + HOUR_MS / 2), 400);
  assert.equal(axis.toValue(200), NOON + HOUR_MS / 4);
  assert.equal(axis.ticks.length, 7);
  assert.ok(axis.ticks.every(({ label }) => /^\d\d:\d0$/.test(label)));
});

test('timeAxis() never draws more ticks than there is room for, from milliseconds to a month', () => {
  for (const length of [3, 500, 60_000, HOUR_MS, 24 * HOUR_MS, 31 * 24 * HOUR_MS]) {
    for (const width of [10, 300, 1_000]) {
      const { ticks } = timeAxis(NOON + 17, NOON + 17 + length, width);
      assert.ok(ticks.length <= width / 84 + 1, `${length} ms on ${width} px: ${ticks.length}`);
    }
  }
});

test('durationAxis() goes there and back on both scales', () => {
  for (const scale of ['log', 'linear'] as const) {
    const axis = durationAxis(scale, 40_000, 3e9, 160);
    for (const value of [40_000, 1e6, 3e9]) assert.ok(Math.abs(axis.toValue(axis.toPx(value)) / value - 1) < 1e-9, `${scale} ${value}`);
    assert.ok(axis.toPx(3e9) > 0 && axis.toPx(40_000) <= 160);
    assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 12, `${scale} ${axis.ticks.length}`);
  }
});

test('durationAxis() stands when all durations are the same, or none', () => {
  for (const scale of ['log', 'linear'] as const) {
    for (const [min, max] of [[0, 0], [5, 5], [1, 9e18]] as const) {
      const axis = durationAxis(scale, min, max, 100);
      assert.ok(Number.isFinite(axis.toPx(max)) && axis.ticks.length < 40);
    }
  }
});

test('durationText() rounds outwards, in a unit the API reads', () => {
  assert.equal(durationText(123_456_789, 'down'), '123ms');
  assert.equal(durationText(123_456_789, 'up'), '124ms');
  assert.equal(durationText(1_234_000_000, 'up'), '1.24s');
  assert.equal(durationText(12_340, 'down'), '12.3us');
  assert.equal(durationText(-5, 'down'), '0ns');
});
