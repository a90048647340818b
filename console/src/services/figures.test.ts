import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RedGroup } from '#api/figures.ts';
import { durationChange, errorShare, rateChange, ratesOf, searchFor, shareChange, sharesOf, sorted, timelineOf } from './figures.ts';

const MINUTE = 60_000;
const FROM = 1_795_000_020_000;
const nano = (ms: number): string => String(BigInt(ms) * 1_000_000n);
const answer = { start: nano(FROM), end: nano(FROM + 5 * MINUTE), stepNano: nano(2 * MINUTE), previous: { start: nano(FROM - 5 * MINUTE), end: nano(FROM) } };

test('timelineOf() counts the last bucket by the time it has had', () => {
  const timeline = timelineOf(answer, FROM + 4.5 * MINUTE);
  assert.deepEqual(timeline.instants, [FROM, FROM + 2 * MINUTE, FROM + 4 * MINUTE]);
  assert.deepEqual([timeline.lasted_s, timeline.lasted_all_s, timeline.before_s], [[120, 120, 30], 270, 300]);
  assert.deepEqual(ratesOf([120, 240, 30], timeline), [1, 2, 1]);
});

test('ratesOf() says nothing of a bucket that has just begun or not yet', () => {
  assert.deepEqual(ratesOf([120, 3, 0], timelineOf(answer, FROM + 2 * MINUTE + 5_000)), [1, null, null]);
});

test('timelineOf() of a period that is over is whole', () => {
  assert.deepEqual(timelineOf(answer, FROM + 500 * MINUTE).lasted_s, [120, 120, 60]);
});

test('shares are of what there was', () => {
  assert.deepEqual(sharesOf([1, 0, 0], [4, 2, 0]), [0.25, 0, null]);
  assert.equal(errorShare({ count: 0, errors: 0 }), 0);
});

test('changes have a sign, a size and a meaning', () => {
  assert.deepEqual(rateChange(12, 10), { text: '+20 %', tone: 'neutral', direction: 'up' });
  assert.deepEqual(rateChange(50, 10), { text: '5.0×', tone: 'neutral', direction: 'up' });
  assert.equal(rateChange(5, null).text, 'new');
  assert.equal(rateChange(0, 0).text, 'same');
  assert.deepEqual(durationChange(50, 100), { text: '−50 %', tone: 'better', direction: 'down' });
  assert.deepEqual(durationChange(150, 100), { text: '+50 %', tone: 'worse', direction: 'up' });
  assert.equal(durationChange(109, 100)?.text, 'same');
  assert.equal(durationChange(null, 100), null);
  assert.deepEqual(shareChange(0.05, 0.01), { text: '+4.0 pt', tone: 'worse', direction: 'up' });
  assert.equal(shareChange(0.0101, 0.01)?.text, 'same');
  assert.equal(shareChange(0.5, null), null);
});

test('sorted() puts the largest first and equals by name', () => {
  const group = (service: string, count: number, errors: number, p95: number | null): RedGroup => ({ service, count, errors, p50: null, p95, p99: null, rest: false, previous: null, series: { count: [], errors: [], p50: [], p95: [], p99: [] } });
  const groups = [group('b', 10, 1, 5), group('a', 10, 9, null), group('c', 20, 0, 9)];
  assert.deepEqual(sorted(groups, 'count').map(({ service }) => service), ['c', 'a', 'b']);
  assert.deepEqual(sorted(groups, 'errors').map(({ service }) => service), ['a', 'b', 'c']);
  assert.deepEqual(sorted(groups, 'p95').map(({ service }) => service), ['c', 'b', 'a']);
  assert.deepEqual(sorted(groups, 'name').map(({ service }) => service), ['a', 'b', 'c']);
});

test('searchFor() carries the range of the page, or the instants of a point', () => {
  assert.deepEqual(searchFor({ service: 'cart', kind: 'entry', status: 'error' }, { from: '6h' }), { service: 'cart', kind: 'entry', status: 'error', from: '6h' });
  assert.deepEqual(searchFor({ service: 'cart', status: 'error' }, { from: '6h' }), { service: 'cart', status: 'error', from: '6h' });
  assert.deepEqual(searchFor({ service: 'cart', operation: 'Get', kind: 'server', durationMin: 5_000_000.7, from_ms: 0, to_ms: 60_000 }, { from: '6h' }), {
    service: 'cart', operation: 'Get', kind: 'server', durationMin: '5000000ns', from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T00:01:00.000Z', order: 'longest',
  });
});
