import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, count, duration, instant, percent, plural, rate, rateIn, rateUnit } from './format.ts';

test('duration() keeps three figures and names the unit', () => {
  assert.deepEqual([0, 999, 1_240, 320_000, 1_240_000, 99_950_000, 1_500_000_000, 59_999_000_000].map(duration),
    ['0 ms', '999 ns', '1.24 µs', '320 µs', '1.24 ms', '100 ms', '1.5 s', '60 s']);
});

test('duration() speaks of minutes, hours and days beyond a minute', () => {
  assert.deepEqual([125e9, 7_260e9, 90_000e9].map(duration), ['2 min 5 s', '2 h 1 min', '1 d 1 h']);
});

test('duration() shows a negative one as sent, and nothing for none', () => {
  assert.equal(duration('-1500000'), '−1.5 ms');
  assert.equal(duration(null), '–');
});

test('count(), percent(), rate(), bytes() carry their unit', () => {
  assert.equal(count(12_345), '12,345');
  assert.equal(count(1_234_567), '1.23 M');
  assert.equal(percent(0.0004), '< 0.1 %');
  assert.equal(percent(0.125), '12.5 %');
  assert.equal(rate(12.5), '12.5/s');
  assert.equal(rate(0.05), '3/min');
  assert.equal(bytes(1536), '1.5 KiB');
  assert.equal(plural(1, 'span'), '1 span');
  assert.equal(plural(2, 'reply', 'replies'), '2 replies');
});

test('instant() has milliseconds and a zone', () => {
  assert.match(instant(Date.parse('2026-03-01T12:00:00.042Z')), /:00\.042 /);
});

test('ago() speaks of the past and of the near future', () => {
  assert.equal(ago(0, 65_000), '1 min ago');
  assert.equal(ago(5_000, 0), 'in 5 s');
});

test('rates beside each other share a unit', () => {
  assert.deepEqual([[0, 12, 0.1], [0.5, null, 0.01], [0.001], [0]].map(rateUnit), ['s', 'min', 'h', 's']);
  assert.deepEqual([12.5, 0.0625, 0.0003, 0, 54_321].map((one) => rateIn(one, 's')), ['12.5/s', '0.06/s', '< 0.01/s', '0/s', '54,321/s']);
  assert.equal(rateIn(0.14, 'min'), '8.4/min');
});
