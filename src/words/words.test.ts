/** The words of kinds, known and unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionWords, attributePlace, minimizedWords, placeText } from './words.ts';

test('minimizedWords() calls a kind that it does not know by its own name', () => {
  assert.equal(minimizedWords('email', 1, '1'), '1 e-mail address');
  assert.equal(minimizedWords('email', 2_000, '2,000'), '2,000 e-mail addresses');
  assert.equal(minimizedWords('badge-number', 2, '2'), '2 badge numbers');
  assert.equal(minimizedWords('constructor', 1, '1'), '1 constructor');
  assert.equal(minimizedWords('neutralized', 1, '1'), '1 harmful character made visible');
});

test('actions and places are called by their words, and by their own name where there are none', () => {
  assert.deepEqual([actionWords('pseudonymize'), actionWords('constructor')], ['made a pseudonym', 'constructor']);
  assert.deepEqual([placeText('span-name'), placeText('span'), placeText('toString')], ['name of the span', null, null]);
  assert.deepEqual([attributePlace('event'), attributePlace('valueOf')], ['event', 'valueOf']);
});
