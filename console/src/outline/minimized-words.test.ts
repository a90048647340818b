import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kindWords, replacedWords } from './minimized-words.ts';

/** The table of words as it stands in a source file. */
function tableOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  const table = /const WORDS[^=]*= \{[^}]*\};/u.exec(text)?.[0] ?? '';
  assert.notEqual(table, '', `no table of words in ${path}`);
  return table;
}

test('terminal and console call what was replaced by the same words', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  assert.equal(tableOf(join(import.meta.dirname, 'minimized-words.ts')), tableOf(join(root, 'src', 'query', 'minimized-text.ts')));
});

test('replacedWords() sums what was replaced and tells apart what was made visible', () => {
  const kinds = [{ kind: 'email', count: 2 }, { kind: 'token', count: 1 }, { kind: 'neutralized', count: 1 }];
  assert.equal(replacedWords(kinds), '3 values replaced: 2 e-mail addresses, 1 token; 1 harmful character made visible');
  assert.equal(replacedWords([]), '');
});

test('kindWords() calls a kind that it does not know by its own name', () => {
  assert.equal(kindWords({ kind: 'badge-number', count: 2 }), '2 badge numbers');
  assert.equal(kindWords({ kind: 'constructor', count: 1 }), '1 constructor');
});
