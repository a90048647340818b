import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doneWords, replacedWords, rulesOf } from './minimized-words.ts';

test('replacedWords() sums what was replaced and tells apart what was made visible', () => {
  const kinds = [{ kind: 'email', count: 2 }, { kind: 'token', count: 1 }, { kind: 'neutralized', count: 1 }];
  assert.equal(replacedWords(kinds), '3 values replaced: 2 e-mail addresses, 1 token; 1 harmful character made visible');
  assert.equal(replacedWords([{ kind: 'email', count: 1, rules: [{ rule: 'mails', action: 'replace' }] }, { kind: 'ip', count: 1, rules: [{ rule: 'networks', action: 'generalize' }] }]), '2 values minimized: 1 e-mail address, 1 client address');
  assert.equal(replacedWords([]), '');
});

test('doneWords() says how, once for those to which the same was done', () => {
  assert.equal(doneWords([{ kind: 'email', count: 2, action: 'replace' }, { kind: 'token', count: 1 }]), '2 e-mail addresses, 1 token replaced');
  assert.equal(doneWords([{ kind: 'email', count: 1 }, { kind: 'ip', count: 1, action: 'generalize' }, { kind: 'neutralized', count: 2 }]), '1 e-mail address replaced, 1 client address made coarser, 2 harmful characters made visible');
});

test('rulesOf() names each rule once, and none where no rule named it', () => {
  const by = (...rules: (string | null)[]) => rules.map((rule) => ({ rule, action: 'replace' }));
  assert.deepEqual(rulesOf([{ kind: 'email', count: 2, rules: by('mails', null) }, { kind: 'token', count: 1, rules: by('rest', 'mails') }, { kind: 'ip', count: 1, rules: [] }]), ['mails', 'rest']);
});
