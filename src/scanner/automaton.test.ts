import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS_LOG2, automatonOf } from './automaton.ts';

test('automatonOf() finds every word, overlapping and inside one another, in any case', () => {
  const words = ['he', 'she', 'his', 'hers', 'x=y'].map((word, index) => ({ word, bits: 1 << index }));
  const { column, next, output } = automatonOf(words);
  const found = (text: string): number => {
    let state = 0;
    let bits = 0;
    for (const byte of Buffer.from(text)) {
      state = next[(state << COLUMNS_LOG2) | (column[byte] as number)] as number;
      bits |= output[state] as number;
    }
    return bits;
  };
  assert.equal(found('uSHErs'), 0b01011);
  assert.equal(found('ahisx'), 0b00100);
  assert.equal(found('x=x=y'), 0b10000);
  assert.equal(found('hx s e'), 0);
  assert.equal(found('é he'), 0b00001);
});

test('automatonOf() refuses more characters than it has columns for', () => {
  assert.throws(() => automatonOf([{ word: String.fromCharCode(...Array.from({ length: 200 }, (_, i) => 0x100 + i)), bits: 1 }]));
});
