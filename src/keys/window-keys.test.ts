import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { encapsulateWindow, hourOf, makeHybridKeyPair, newSubjectKey, openWindow, randomKey, unwrapSubjectKey, wipe, wrapSubjectKey, WRAPPED_KEY_BYTES } from './keys.ts';

const hex = (key: Secret<Uint8Array> | null): string => Buffer.from(key?.reveal() ?? []).toString('hex');
const OTHER = tenantId('other') as TenantId;

test('a window opens with the private key of its version, and where it belongs alone', () => {
  const pair = makeHybridKeyPair();
  const key = randomKey();
  const window = encapsulateWindow({ id: 7, tenant: DEFAULT_TENANT, hour: hourOf(3_600_000 * 5 + 1) }, key, 2, pair.publicKey);
  assert.equal(window.hour, 5);
  assert.equal(hex(openWindow(window, pair.seed)), hex(key));
  assert.equal(openWindow(window, makeHybridKeyPair().seed), null);
  for (const other of [{ id: 8 }, { tenant: OTHER }, { hour: 6 }, { version: 1 }]) assert.equal(openWindow({ ...window, ...other }, pair.seed), null, JSON.stringify(other));
});

test('a subject key opens under its window, tenant and id alone', () => {
  const window = { id: 3, key: randomKey() };
  const key = newSubjectKey();
  const place = { tenant: DEFAULT_TENANT, window: 3, keyId: randomBytes(8) };
  const wrapped = wrapSubjectKey(window, key, place);
  assert.equal(wrapped.length, WRAPPED_KEY_BYTES);
  assert.equal(hex(unwrapSubjectKey(window, { ...place, wrapped })), hex(key));
  assert.equal(unwrapSubjectKey({ id: 3, key: randomKey() }, { ...place, wrapped }), null);
  assert.equal(unwrapSubjectKey(window, { ...place, tenant: OTHER, wrapped }), null);
  assert.equal(unwrapSubjectKey(window, { ...place, keyId: randomBytes(8), wrapped }), null);
  assert.equal(unwrapSubjectKey({ ...window, id: 4 }, { ...place, window: 4, wrapped }), null);
  assert.equal(unwrapSubjectKey(window, { ...place, wrapped: wrapped.subarray(1) }), null);
  assert.throws(() => wrapSubjectKey({ ...window, id: 4 }, key, place), /another window/);
  for (let at = 0; at < wrapped.length; at += 1) {
    const flipped = Buffer.from(wrapped);
    flipped[at] = (flipped[at] ?? 0) ^ 0x80;
    assert.equal(unwrapSubjectKey(window, { ...place, wrapped: flipped }), null, `byte ${at}`);
  }
});

test('keys lie outside of the heap and are zeros once they are wiped', () => {
  const key = randomKey();
  // Small typed arrays that the language makes by itself have no buffer of their own until it is asked for, and are copied by the collector.
  assert.equal(key.reveal().buffer.byteLength, 32);
  wipe(key);
  assert.deepEqual([...key.reveal()], Array(32).fill(0));
});
