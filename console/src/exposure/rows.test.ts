import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExposureRow } from '#api/exposure.ts';
import { kindName } from '#words';
import { narrowedRows, ruleFor, searchOf, sortedRows, stepsOf, summaryOf, trendOf } from './rows.ts';

const row = (told: Partial<ExposureRow>): ExposureRow => ({
  service: 'shop', place: 'span', key: 'user.email', inKey: false, kind: 'email', rest: false, count: 3, firstSeen: '1764450000000000000', lastSeen: '1764450060000000000', isNew: false, trend: [3], rule: 'rest', action: 'replace', elsewhere: [], ...told,
});
const ROWS = [row({ count: 1, isNew: true, firstSeen: '1764450120000000000' }), row({ service: 'bank', key: 'card', kind: 'card', count: 5, action: 'mask', rule: 'cards' }), row({ key: '', rest: true, count: 9, action: null, rule: null })];
const counts = (rows: readonly ExposureRow[]): number[] => rows.map(({ count }) => count);

test('rows sort by what they are looked at for', () => {
  assert.deepEqual(counts(sortedRows(ROWS, 'count')), [9, 5, 1]);
  assert.deepEqual(counts(sortedRows(ROWS, 'service')), [5, 9, 1]);
  assert.deepEqual(counts(sortedRows(ROWS, 'key')), [5, 1, 9]);
  assert.deepEqual(counts(sortedRows(ROWS, 'since')), [1, 9, 5]);
  assert.deepEqual(counts(sortedRows(ROWS, 'action')), [5, 1, 9]);
});

test('rows are narrowed by kind and to what is new', () => {
  assert.deepEqual(counts(narrowedRows(ROWS, { kind: 'email', onlyNew: false })), [1, 9]);
  assert.deepEqual(counts(narrowedRows(ROWS, { kind: undefined, onlyNew: true })), [1]);
});

test('a sentence sums them up', () => {
  assert.equal(summaryOf(ROWS, false), '15 values of 2 kinds in 3 places of 2 services; one row is new in this time.');
  assert.equal(summaryOf([row({ count: 1 })], true), 'At least 1 value of 1 kind in 1 place of 1 service.');
  assert.equal(kindName('email'), 'e-mail addresses');
});

test('a row leads to spans that have it, and to a rule about it', () => {
  assert.deepEqual(searchOf(row({}), { from: '1h' }), { service: 'shop', attribute: 'span:user.email', from: '1h' });
  assert.deepEqual(searchOf(row({ place: 'span-name', key: 'span-name' }), { from: '1h', to: 'x' }), { service: 'shop', from: '1h', to: 'x' });
  for (const hidden of [{ action: 'drop' }, { rest: true, key: '' }, { inKey: true }, { key: 'a=b' }]) assert.deepEqual(searchOf(row(hidden), { from: '1h' }), { service: 'shop', from: '1h' });
  assert.deepEqual(ruleFor(row({})), { service: 'shop', key: 'user.email', place: 'span', kind: 'email' });
  assert.deepEqual(ruleFor(row({ kind: 'field' })), { service: 'shop', key: 'user.email', place: 'span' });
  assert.equal(ruleFor(row({ rest: true })), null);
  assert.equal(ruleFor(row({ inKey: true })), null);
});

test('a trend ends with the last step that is over', () => {
  const steps = stepsOf({ start: '1764450000000000000', stepNano: '300000000000' });
  assert.deepEqual(trendOf([1, 2, 3], steps, 1_764_450_000_000 + 899_999), [1, 2]);
  assert.deepEqual(trendOf([1, 2, 3], steps, 1_764_450_000_000 + 900_000), [1, 2, 3]);
  assert.deepEqual(trendOf([1, 2], steps, 1_764_450_000_000), [1, 2]);
});
