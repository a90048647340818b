import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replacedWords, rulesOf } from './minimized-words.ts';

test('replacedWords() sums what was replaced and tells apart what was made visible', () => {
  const kinds = [{ kind: 'email', count: 2 }, { kind: 'token', count: 1 }, { kind: 'neutralized', count: 1 }];
  assert.equal(replacedWords(kinds), '3 values replaced: 2 e-mail addresses, 1 token; 1 harmful character made visible');
  assert.equal(replacedWords([]), '');
});

test('rulesOf() names each rule once, and none where no rule named it', () => {
  const by = (...rules: (string | null)[]) => rules.map((rule) => ({ rule, action: 'replace' }));
  assert.deepEqual(rulesOf([{ kind: 'email', count: 2, rules: by('mails', null) }, { kind: 'token', count: 1, rules: by('rest', 'mails') }, { kind: 'ip', count: 1, rules: [] }]), ['mails', 'rest']);
});
