import assert from 'node:assert/strict';
import test from 'node:test';
import { keywordOf, keywords } from './keywords.ts';

const WORDS = 'SELECT FROM WHERE AS BY IN IS GROUP IDENTIFIED STDIN RETURNING';
keywords(WORDS);

test('keywordOf() finds keywords in any case, wherever they stand', () => {
  for (const word of WORDS.split(' ')) {
    for (const written of [word, word.toLowerCase(), word[0] + word.slice(1).toLowerCase()]) assert.equal(keywordOf(`(${written} x`, 1, 1 + word.length), word);
  }
});

test('keywordOf() takes nothing else for one', () => {
  for (const word of ['', 'S', 'SELECTS', 'ELECT', 'SELEC', 'SLEECT', 'WHERB', 'b9', '\u0142s', 'İS', 'ſELECT', '{}', '@3', 'AS ']) assert.equal(keywordOf(word, 0, word.length), '', word);
  assert.equal(keywordOf('SELECT', 0, 5), '');
});
