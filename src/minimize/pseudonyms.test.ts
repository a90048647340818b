import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '#model';
import { Pseudonyms } from './pseudonyms.ts';

const KEY = new Uint8Array(32).fill(7);
const DAY_MS = 86_400_000;
const pseudonyms = () => new Pseudonyms(new Secret(KEY));
const SUPPORT = { tenant: 'acme', purpose: 'support' };

test('equal values have equal pseudonyms, for one tenant, purpose and period only', () => {
  const of = (value: string | Uint8Array, use: Parameters<Pseudonyms['of']>[1] = SUPPORT, now_ms = 0) => pseudonyms().of(value, use, now_ms);
  assert.match(of('ada')!, /^\[pseudonym:[a-z2-7]{16}\]$/);
  assert.equal(of('ada'), of(Buffer.from('ada')));
  const others = [of('ada'), of('Ada'), of('ada', { ...SUPPORT, tenant: 'other' }), of('ada', { ...SUPPORT, purpose: 'billing' }), of('ada', { ...SUPPORT, every: '1d' }), of('ada', { ...SUPPORT, every: '1d' }, DAY_MS), of('ada', { ...SUPPORT, every: '24h' })];
  assert.equal(new Set(others).size, others.length);
  assert.equal(of('ada', { ...SUPPORT, every: '1d' }, DAY_MS), of('ada', { ...SUPPORT, every: '1d' }, 2 * DAY_MS - 1));
  assert.notEqual(of('ada', { ...SUPPORT, every: '12h' }, 0), of('ada', { ...SUPPORT, every: '12h' }, DAY_MS / 2));
  assert.equal(of('ada', SUPPORT, 0), of('ada', SUPPORT, 1e15), 'without a period for good');
  assert.notEqual(of('ada'), new Pseudonyms(new Secret(new Uint8Array(32))).of('ada', SUPPORT, 0));
  assert.notEqual(of('ada', { tenant: 'a', purpose: 'b","c' }), of('ada', { tenant: 'a","b', purpose: 'c' }));
});

test('a pseudonym is the first 80 bits of HMAC-SHA-256 under a key of tenant, purpose and period', () => {
  const key = new Uint8Array(hkdfSync('sha256', KEY, new Uint8Array(0), 'tracekeep/1/pseudonym/["acme","support","1d 20000"]', 32));
  const bits = [...createHmac('sha256', key).update('ada').digest().subarray(0, 10)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const text = bits.match(/.{5}/g)!.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)]).join('');
  assert.equal(pseudonyms().of('ada', { ...SUPPORT, every: '1d' }, 20_000 * DAY_MS + 5), `[pseudonym:${text}]`);
});

test('without a key there are none', () => {
  assert.equal(new Pseudonyms(null).of('ada', SUPPORT, 0), null);
});
