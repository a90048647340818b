import assert from 'node:assert/strict';
import { test } from 'node:test';

import { matchesGlob } from './glob.ts';

const YES = [
  ['shop', 'shop'], ['*', ''], ['*', 'anything at all'], ['shop-*', 'shop-'], ['shop-*', 'shop-cart'], ['*-api', 'a-api'], ['a*b*c', 'abc'],
  ['a*b*c', 'a-b-b-c-c'], ['**', 'x'], ['*a*', 'banana'], ['', ''], ['a.b', 'a.b'], ['[ab]', '[ab]'], ['a?', 'a?'], ['*ab', 'aab'], ['ü*', 'über'],
] as const;

const NO = [
  ['shop', 'shop2'], ['shop', 'myshop'], ['shop', 'Shop'], ['shop-*', 'shop'], ['*-api', 'api'], ['a*b*c', 'acb'], ['a.b', 'axb'], ['[ab]', 'a'], ['a?', 'ab'],
  ['', 'x'], ['shop', ''], ['shop', 'shop\n'], ['shop*', '\nshop'], ['*a', 'ab'], ['a*a', 'a'],
] as const;

test('matchesGlob() is anchored and takes only * as special', () => {
  for (const [glob, name] of YES) assert.ok(matchesGlob(glob, name), `${glob} should match ${name}`);
  for (const [glob, name] of NO) assert.ok(!matchesGlob(glob, name), `${glob} should not match ${name}`);
});

test('matchesGlob() agrees with a plain recursive definition on every short pair', () => {
  const slow = (g: string, n: string): boolean =>
    g === '' ? n === '' : g[0] === '*' ? slow(g.slice(1), n) || (n !== '' && slow(g, n.slice(1))) : n !== '' && g[0] === n[0] && slow(g.slice(1), n.slice(1));
  const words = (letters: string, length: number): string[] =>
    length === 0 ? [''] : [...words(letters, length - 1), ...words(letters, length - 1).filter((w) => w.length === length - 1).flatMap((w) => [...letters].map((l) => w + l))];
  let pairs = 0;
  for (const g of words('ab*', 5)) for (const n of words('ab', 5)) {
    assert.equal(matchesGlob(g, n), slow(g, n), `${g} against ${n}`);
    pairs++;
  }
  assert.ok(pairs > 10_000);
});

test('matchesGlob() does not explode on many stars against a long name', () => {
  // 2^40 ways for a backtracking matcher; finishing at all is the proof.
  assert.ok(!matchesGlob(`${'a*'.repeat(128)}b`, 'a'.repeat(1024)));
});
