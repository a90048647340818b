import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Secret } from '#model';
import { bindingOf, openSeal, randomKey, SEAL_OVER_BYTES, SEAL_SALT_BYTES, SealingKey } from './keys.ts';
import { sha256 } from './signing.ts';
import { closedForTwo } from './testing.ts';

/** A salt and one value. */
function saltedValue(value: string, salt: Uint8Array = randomBytes(SEAL_SALT_BYTES)): Buffer {
  return Buffer.concat([salt, Uint8Array.of(3), Buffer.from('a.b'), Uint8Array.of(1), Buffer.from('ks'), Uint8Array.of(value.length), Buffer.from(value)]);
}

function sealed(key: Secret<Uint8Array>, text: Uint8Array, associated: Uint8Array): Buffer {
  const out = Buffer.alloc(text.length + SEAL_OVER_BYTES);
  new SealingKey(randomBytes(8), key).close(text, associated, out, 0);
  return out;
}

test('a text that opens under two keys opens to what it commits to alone', () => {
  const keys = [randomKey(), randomKey()] as const;
  const [nonce, associated] = [randomBytes(12), randomBytes(16)];
  // Of 64 bytes, the last 16 of which are those of the value that nobody chose.
  const begun = createCipheriv('aes-256-gcm', keys[0].reveal(), nonce).update(saltedValue('v'.repeat(40)).subarray(0, 48));
  const { text, tag } = closedForTwo([{ key: keys[0].reveal(), associated }, { key: keys[1].reveal(), associated }], nonce, begun);
  const under = keys.map((key) => {
    const decipher = createDecipheriv('aes-256-gcm', key.reveal(), nonce, { authTagLength: 16 }).setAAD(associated).setAuthTag(tag);
    const opened = decipher.update(text);
    assert.doesNotThrow(() => decipher.final(), 'GCM takes it under both');
    return opened;
  }) as [Buffer, Buffer];
  const committed = Buffer.concat([Uint8Array.of(1), nonce, sha256(under[0]), text, tag]);
  assert.deepEqual(openSeal(keys[0], committed, associated)?.salt, Uint8Array.from(under[0].subarray(0, 16)));
  assert.equal(openSeal(keys[1], committed, associated), null);
});

test('what was closed with a commitment to something else does not open, though the cipher takes it', () => {
  const [key, associated] = [randomKey(), randomBytes(16)];
  const [one, other] = [sealed(key, saltedValue('ann'), associated), sealed(key, saltedValue('bob'), associated)];
  assert.deepEqual(openSeal(key, one, associated)?.fields, [{ field: 'a.b', key: 'k', type: 's', text: 'ann' }]);
  assert.equal(openSeal(key, Buffer.concat([one.subarray(0, 13), other.subarray(13, 45), one.subarray(45)]), associated), null);
});

test('the commitment is the digest of the salt and of what is sealed', () => {
  const text = saltedValue('ann');
  assert.deepEqual(sealed(randomKey(), text, randomBytes(16)).subarray(13, 45), Buffer.from(sha256(text)));
});

test('a key closes no two texts with one nonce, and none once it is wiped', () => {
  const key = new SealingKey(randomBytes(8), randomKey());
  const nonces = Array.from({ length: 300 }, () => {
    const out = new Uint8Array(100);
    key.close(Buffer.from('x'), Buffer.alloc(0), out, 0);
    return Buffer.from(out.subarray(1, 13)).toString('hex');
  });
  assert.equal(new Set(nonces).size, nonces.length);
  key.wipe();
  assert.throws(() => key.close(Buffer.from('x'), Buffer.alloc(0), new Uint8Array(100), 0), /cannot seal/);
});

test('sealed values that are malformed do not open', () => {
  const key = randomKey();
  const opened = (text: Uint8Array) => openSeal(key, sealed(key, text, Buffer.alloc(0)), Buffer.alloc(0));
  const good = saltedValue('v', new Uint8Array(16).fill(5));
  assert.deepEqual(opened(good), { fields: [{ field: 'a.b', key: 'k', type: 's', text: 'v' }], salt: new Uint8Array(16).fill(5) });
  for (let at = 0; at < good.length; at++) assert.equal(opened(good.subarray(0, at)), null, `cut at ${at}`);
  assert.equal(opened(Buffer.concat([good.subarray(0, 16), Uint8Array.of(0x83, 0), good.subarray(17)])), null, 'a length in more bytes than it needs');
});

test('the published seal opens to what the format page says, and each part of it is what it says', () => {
  const vector = JSON.parse(readFileSync(new URL('../../test/vectors/seal/seal.json', import.meta.url), 'utf8')) as Readonly<Record<'tenant' | 'traceId' | 'spanId' | 'keyId' | 'key' | 'salt' | 'text', string>> & { readonly values: readonly object[] };
  const bytes = (name: 'traceId' | 'spanId' | 'keyId' | 'key' | 'salt' | 'text'): Uint8Array => Uint8Array.from(Buffer.from(vector[name], 'hex'));
  const opened = openSeal(new Secret(bytes('key')), bytes('text'), bindingOf(vector.tenant, bytes('traceId'), bytes('spanId'), bytes('keyId')));
  assert.deepEqual(opened, { fields: vector.values, salt: bytes('salt') });
});
