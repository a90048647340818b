import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masked, truncated } from './characters.ts';

test('a mask leaves the last characters, and never more than a third', () => {
  const cases: [string, number, string][] = [
    ['4111111111111111', 4, '***1111'], ['123456789012', 4, '***9012'], ['12345678901', 4, '***901'], ['123456', 4, '***56'], ['123', 4, '***3'], ['12', 4, '***'], ['', 4, '***'], ['x', 1, '***'],
    ['🦀🦁🦂🦃🦄🦅', 2, '***🦄🦅'], ['aaaaaaa🦄b', 3, '***a🦄b'], ['🦀aaaaaaa🦄', 1, '***🦄'], ['日本語日本語', 8, '***本語'],
  ];
  for (const [text, last, expected] of cases) assert.equal(masked(text, last), expected, `${text} ${last}`);
});

test('so many characters stay, and no half of a placeholder', () => {
  const cases: [string, number, string][] = [
    ['hello', 5, 'hello'], ['hello', 4, 'hell'], ['🦀🦁🦂', 2, '🦀🦁'], ['🦀🦁', 2, '🦀🦁'], ['a🦁b', 2, 'a🦁'], ['from [email] on', 8, 'from '], ['from [email] on', 12, 'from [email]'], ['from [email] on', 5, 'from '], ['', 3, ''],
    ['by [pseudonym:abcdefghijklmnop]', 20, 'by '],
  ];
  for (const [text, length, expected] of cases) assert.equal(truncated(text, length), expected, `${text} ${length}`);
});
