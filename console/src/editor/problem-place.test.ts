import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Text } from '@codemirror/state';
import { readPolicy } from '#policy/read';
import { fixOf, rangeOf, sentence } from './problem-place.ts';

/** The text with every word that has a better one replaced, as the buttons do it. */
function fixed(text: string): string {
  for (let round = 0; round < 9; round += 1) {
    const doc = Text.of(text.split('\n'));
    const problem = readPolicy(text).problems.find((one) => fixOf(one) !== null);
    if (problem === undefined) return text;
    const { from, to } = rangeOf(doc, problem);
    text = text.slice(0, from) + (fixOf(problem) ?? '') + text.slice(to);
  }
  return text;
}

test('slips of the keys are put right by what the problem says', () => {
  const text = 'version: 2\nrules:\n  - id: cards\n    recognised: [crad]\n    for: { plases: [span] }\n    acttion: redact\n';
  assert.equal(fixed(text), 'version: 2\nrules:\n  - id: cards\n    recognized: [card]\n    for: { places: [span] }\n    action: replace\n');
  assert.deepEqual(readPolicy(fixed(text)).problems.filter(({ severity }) => severity === 'error'), []);
});

test('a problem of a text that has changed since is shown at the nearest place', () => {
  const doc = Text.of(['ab', '']);
  assert.deepEqual(rangeOf(doc, { line: 9, column: 4, endLine: 9, endColumn: 9 }), { from: 3, to: 3 });
  assert.deepEqual(rangeOf(doc, { line: 1, column: 2, endLine: 1, endColumn: 99 }), { from: 1, to: 2 });
  assert.deepEqual(rangeOf(doc, { line: 0, column: 0, endLine: 0, endColumn: 0 }), { from: 0, to: 0 });
});

test('a problem is told as a sentence', () => {
  assert.equal(sentence('rule has no `action`'), 'Rule has no `action`.');
  assert.equal(sentence('why?'), 'Why?');
});
