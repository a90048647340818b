import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Secret } from '#model';

import { ColumnSealer } from './sealed.ts';

const sealerOf = (fill: number): ColumnSealer => new ColumnSealer(new Secret(new Uint8Array(32).fill(fill)));
const record = { name: 'Payments', list: ['ü', 1, null] };

test('open() gives back what seal() was given, for the same place and key only', () => {
  const sealed = sealerOf(1).seal('producers/p_1', record);
  assert.deepEqual(sealerOf(1).open('producers/p_1', sealed), record);
  assert.throws(() => sealerOf(1).open('producers/p_2', sealed), /cannot open producers\/p_2/);
  assert.throws(() => sealerOf(2).open('producers/p_1', sealed), /sealed under another key/);
});

test('open() refuses every changed byte, and what is cut short', () => {
  const sealer = sealerOf(1);
  const sealed = sealer.seal('x', record);
  for (let at = 0; at < sealed.length; at++) {
    assert.throws(() => sealer.open('x', sealed.map((byte, i) => (i === at ? byte ^ 1 : byte))));
    assert.throws(() => sealer.open('x', sealed.subarray(0, at)));
  }
});

test('seal() never gives the same bytes twice and shows nothing of the value', () => {
  const sealer = sealerOf(1);
  const [a, b] = [sealer.seal('x', record), sealer.seal('x', record)];
  assert.notDeepEqual(a, b);
  assert.ok(!Buffer.from(a).toString('latin1').includes('Payments'));
});

test('hash() depends on the key, the domain and where one part ends and the next begins', () => {
  const hex = (sealer: ColumnSealer, ...[domain, ...parts]: [string, ...string[]]): string => sealer.hash(domain, ...parts).toString('hex');
  const seen = [hex(sealerOf(1), 'a', 'b', 'c'), hex(sealerOf(2), 'a', 'b', 'c'), hex(sealerOf(1), 'A', 'b', 'c'), hex(sealerOf(1), 'a', 'bc', ''), hex(sealerOf(1), 'a', 'b1:c')];
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(hex(sealerOf(1), 'a', 'b', 'c'), seen[0]);
});

test('a key of the wrong length is refused', () => {
  assert.throws(() => new ColumnSealer(new Secret(new Uint8Array(16))), /32 bytes/);
});
