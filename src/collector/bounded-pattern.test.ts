import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedForms } from './bounded-pattern.ts';

test('what repeats without an end is given one, and nothing else is changed', () => {
  const said: Readonly<Record<string, readonly string[]>> = {
    'a+b*?c{3,}': ['a{1,256}b{0,256}c{3,256}', 'a{1,64}b{0,64}c{3,64}', 'a{1,16}b{0,16}c{3,16}'],
    '[*+{2,}]\\+\\*\\\\+': ['[*+{2,}]\\+\\*\\\\{1,256}', '[*+{2,}]\\+\\*\\\\{1,64}', '[*+{2,}]\\+\\*\\\\{1,16}'],
    '\\bx{2}y{1,3}?z??\\b': ['x{2}y{1,3}z?'], 'a{300,}': ['a{300,300}'], '[\\]+]a': ['[\\]+]a'],
  };
  for (const [pattern, forms] of Object.entries(said)) assert.deepEqual(boundedForms(pattern), forms, pattern);
});
