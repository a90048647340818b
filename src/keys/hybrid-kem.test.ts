import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Secret } from '#model';
import { decapsulate, encapsulate, makeHybridKeyPair } from './hybrid-kem.ts';
import { sha256 } from './signing.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

interface Vector {
  readonly seed: string;
  readonly ss: string;
  readonly pk_sha256: string;
  readonly ct: string;
}

/** The draft's vectors; the ciphertexts were made from its `eseed` with another implementation (@noble/post-quantum 0.7.1) and agree with it. */
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors/xwing/vectors.json', import.meta.url), 'utf8')) as { readonly vectors: readonly Vector[] };

test('key pairs and decapsulation give what the draft says', () => {
  assert.equal(vectors.length, 3);
  for (const { seed, ss, pk_sha256, ct } of vectors) {
    const pair = makeHybridKeyPair(new Secret(bytes(seed)));
    assert.equal(hex(sha256(pair.publicKey)), pk_sha256);
    assert.equal(hex(decapsulate(pair.seed, bytes(ct)).reveal()), ss);
  }
});

test('who has the seed gets the shared key, each time another one', () => {
  const pair = makeHybridKeyPair();
  const first = encapsulate(pair.publicKey);
  const second = encapsulate(pair.publicKey);
  assert.equal(hex(decapsulate(pair.seed, first.encapsulation).reveal()), hex(first.sharedKey.reveal()));
  assert.notEqual(hex(first.sharedKey.reveal()), hex(second.sharedKey.reveal()));
  assert.notEqual(hex(decapsulate(makeHybridKeyPair().seed, first.encapsulation).reveal()), hex(first.sharedKey.reveal()));
});

test('a change in either half of the encapsulation gives another key', () => {
  const pair = makeHybridKeyPair();
  const { sharedKey, encapsulation } = encapsulate(pair.publicKey);
  for (const at of [0, 1087, 1088, 1118]) {
    const changed = Buffer.from(encapsulation);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.notEqual(hex(decapsulate(pair.seed, changed).reveal()), hex(sharedKey.reveal()), `byte ${at}`);
  }
});

test('keys and encapsulations of the wrong length, or of low order, are refused', () => {
  const { seed, publicKey } = makeHybridKeyPair();
  assert.throws(() => encapsulate(publicKey.subarray(1)), /cannot encapsulate/);
  assert.throws(() => decapsulate(seed, new Uint8Array(1121)), /cannot open an encapsulation/);
  assert.throws(() => makeHybridKeyPair(new Secret(new Uint8Array(31))), /32 bytes/);
  // RFC 7748 §6.1: the agreed secret would be all zeros.
  assert.throws(() => encapsulate(Buffer.concat([publicKey.subarray(0, 1184), new Uint8Array(32)])));
});
