import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiRange, endsOf, rangeLabel, readRange } from './range.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

test('readRange() falls back to the last hour for what does not read', () => {
  assert.deepEqual(readRange({ from: 'yesterday-ish', to: '<script>' }), { from: '1h' });
  assert.deepEqual(readRange({ from: '15m' }), { from: '15m' });
});

test('endsOf() counts back from the end, not from now', () => {
  const ends = endsOf({ from: '1h', to: '2026-02-01T00:00:00Z' }, NOW);
  assert.equal(ends.from_ms, Date.parse('2026-01-31T23:00:00Z'));
});

test('endsOf() asks for 31 days at most', () => {
  const ends = endsOf({ from: '2020-01-01T00:00:00Z' }, NOW);
  assert.equal(ends.to_ms - ends.from_ms, 31 * 86_400_000);
});

test('apiRange() leaves the end open when the range reaches to now', () => {
  assert.deepEqual(apiRange({ from: '1h' }, NOW), { start: '2026-03-01T11:00:00.000Z' });
});

test('rangeLabel() speaks the words of the presets', () => {
  assert.equal(rangeLabel({ from: '24h' }), 'Last 24 hours');
  assert.equal(rangeLabel({ from: '90s' }), 'Last 90s');
});
