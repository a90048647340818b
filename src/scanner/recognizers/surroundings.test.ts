import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTRIES } from './national-ids.ts';
import { startsOfNumbers } from './surroundings.ts';

test('startsOfNumbers() gives the beginnings of tokens behind which there are digits enough', () => {
  const begins = (text: string, at: number): boolean => startsOfNumbers(text).includes(at);
  for (const [text, at] of [['131052-308T', 0], ['q=%3D536-90-4399', 5], ['\\n536-90-4399', 2], ['AB 12 34 56 C', 0], ['RSSMRALRMLMLRLMZ', 0], ['ssn 536-90-4399', 4]] as const) assert.ok(begins(text, at), `${text} at ${at}`);
  for (const [text, at] of [['a.123456789', 2], ['b-123456789', 2], ['x123456789', 1], ['port 8080, line 90', 5], ['12:34:56.789', 0], ['no digits at all', 3], ['', 0]] as const) assert.ok(!begins(text, at), `${text} at ${at}`);
});

test('the numbers of countries that do not say so begin with a digit', () => {
  for (const { name, patterns, mayBeginWithLetter } of COUNTRIES) {
    if (mayBeginWithLetter) continue;
    for (const pattern of patterns) {
      // Whatever follows: the first character alone must keep it from matching.
      const first = new RegExp(`^(?=[A-Za-z])(?:${pattern})`, 'i');
      for (const letter of 'AFKSXZ') for (const rest of ['12345678', '1234567A', '12 34 56 A', '123456789012345']) assert.ok(!first.test(letter + rest), `${name} ${letter}${rest}`);
    }
  }
});
