import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExposureAddress, writeExposureAddress } from './address.ts';

test('an address says what is shown, and says nothing of what is as usual', () => {
  const usual = readExposureAddress({});
  assert.deepEqual(usual, { service: undefined, kind: undefined, onlyNew: false, sort: 'count' });
  assert.ok(Object.values(writeExposureAddress(usual)).every((value) => value === undefined));
  const narrowed = { service: 'shop', kind: 'national-id', onlyNew: true, sort: 'since' } as const;
  assert.deepEqual(readExposureAddress(writeExposureAddress(narrowed)), narrowed);
});

test('what does not read counts as absent', () => {
  assert.deepEqual(readExposureAddress({ kind: '<b>', new: 'yes', sort: 'constructor', service: ['a', 'b'] }), { service: 'a', kind: undefined, onlyNew: false, sort: 'count' });
});
