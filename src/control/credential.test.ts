import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { credentialFault, newCredential } from './credential.ts';

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);

test('newCredential() carries 32 random bytes behind a prefix, and does not print', () => {
  const key = newCredential('producer', zeros);
  assert.match(key.reveal(), /^tk_A{43}[A-Za-z0-9_-]{6}$/);
  assert.match(newCredential('token', zeros).reveal(), /^tt_A{43}/);
  assert.equal(`${key} ${JSON.stringify({ key })} ${inspect({ key })}`.includes('AAAA'), false);
  assert.notEqual(newCredential('producer').reveal(), newCredential('producer').reveal());
});

test('credentialFault() tells truncated, lengthened and mistyped from well-formed', () => {
  const key = newCredential('producer').reveal();
  assert.equal(credentialFault(key), null);
  assert.match(credentialFault(key.slice(0, -1)) ?? '', /51 characters/);
  assert.match(credentialFault(`${key}\n`) ?? '', /53 characters/);
  assert.match(credentialFault(`Bearer ${key}`) ?? '', /none of the prefixes/);
  for (let at = 3; at < key.length; at++) {
    for (const letter of [key[at] === 'x' ? 'y' : 'x', '%', ' ', 'é']) {
      assert.match(credentialFault(key.slice(0, at) + letter + key.slice(at + 1)) ?? '', /checksum/, `character ${at}`);
    }
  }
});

test('a checksum of one kind does not fit the other', () => {
  assert.match(credentialFault(newCredential('producer').reveal().replace('tk_', 'tt_')) ?? '', /checksum/);
});
