import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProducerId } from '#model';
import { ShownCertificates } from './shown-certificates.ts';

const peer = (fingerprint: string, name = 'spiffe://example.org/shop') => ({ fingerprint, name, from: 0, to: 9_000 });
const shop = { id: 'p_shop' as ProducerId };
const bank = { id: 'p_bank' as ProducerId };

test('certificates are listed for the producer that they let in, the one used last first', () => {
  let now = 1;
  const shown = new ShownCertificates({ now_ms: () => now++ });
  for (const fingerprint of ['a', 'b', 'a']) shown.saw(peer(fingerprint), shop);
  shown.saw(peer('c'), bank);
  assert.deepEqual(shown.of('p_shop').map(({ fingerprint, last, expires }) => [fingerprint, last, expires]), [['a', 3, 9_000], ['b', 2, 9_000]]);
  // The name was given to another producer.
  shown.saw(peer('a'), bank);
  assert.deepEqual([shown.of('p_shop'), shown.of('p_bank')].map((some) => some.map(({ fingerprint }) => fingerprint)), [['b'], ['a', 'c']]);
});

test('so many are remembered, and those first seen longest ago make room', () => {
  const shown = new ShownCertificates({ most: 2 });
  for (const fingerprint of ['a', 'b', 'a', 'c']) shown.saw(peer(fingerprint), shop);
  assert.deepEqual(shown.of('p_shop').map(({ fingerprint }) => fingerprint).toSorted(), ['b', 'c']);
});
