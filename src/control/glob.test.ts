import assert from 'node:assert/strict';
import { test } from 'node:test';

import { globMatcher, globsMeet, matchesGlob } from './glob.ts';

const YES = [
  ['shop', 'shop'], ['*', ''], ['*', 'anything at all'], ['shop-*', 'shop-'], ['shop-*', 'shop-cart'], ['*-api', 'a-api'], ['a*b*c', 'abc'],
  ['a*b*c', 'a-b-b-c-c'], ['**', 'x'], ['*a*', 'banana'], ['', ''], ['a.b', 'a.b'], ['[ab]', '[ab]'], ['a?', 'a?'], ['*ab', 'aab'], ['ü*', 'über'],
] as const;

const NO = [
  ['shop', 'shop2'], ['shop', 'myshop'], ['shop', 'Shop'], ['shop-*', 'shop'], ['*-api', 'api'], ['a*b*c', 'acb'], ['a.b', 'axb'], ['[ab]', 'a'], ['a?', 'ab'],
  ['', 'x'], ['shop', ''], ['shop', 'shop\n'], ['shop*', '\nshop'], ['*a', 'ab'], ['a*a', 'a'],
] as const;

test('matchesGlob() is anchored and takes only * as special', () => {
  for (const [glob, name] of YES) assert.ok(matchesGlob(glob, name) && globMatcher(glob)(name), `${glob} should match ${name}`);
  for (const [glob, name] of NO) assert.ok(!matchesGlob(glob, name) && !globMatcher(glob)(name), `${glob} should not match ${name}`);
});

test('matchesGlob() agrees with a plain recursive definition on every short pair', () => {
  const slow = (g: string, n: string): boolean =>
    g === '' ? n === '' : g[0] === '*' ? slow(g.slice(1), n) || (n !== '' && slow(g, n.slice(1))) : n !== '' && g[0] === n[0] && slow(g.slice(1), n.slice(1));
  const words = (letters: string, length: number): string[] =>
    length === 0 ? [''] : [...words(letters, length - 1), ...words(letters, length - 1).filter((w) => w.length === length - 1).flatMap((w) => [...letters].map((l) => w + l))];
  let pairs = 0;
  for (const g of words('ab*', 5)) {
    const matches = globMatcher(g);
    for (const n of words('ab', 5)) {
      assert.equal(matchesGlob(g, n), slow(g, n), `${g} against ${n}`);
      assert.equal(matches(n), slow(g, n), `${g} made ready, against ${n}`);
      pairs++;
    }
  }
  assert.ok(pairs > 10_000);
});

test('matchesGlob() does not explode on many stars against a long name', () => {
  // 2^40 ways for a backtracking matcher; finishing at all is the proof.
  assert.ok(!matchesGlob(`${'a*'.repeat(128)}b`, 'a'.repeat(1024)));
  assert.ok(!globMatcher(`${'a*'.repeat(128)}b`)('a'.repeat(1024)));
});

test('globsMeet() says whether some name matches both, on every short pair', () => {
  // A name that both match is no longer than both together, and can be made of their letters.
  const slow = (a: string, b: string): boolean =>
    a === '' && b === '' ? true
      : a[0] === '*' ? slow(a.slice(1), b) || (b !== '' && slow(a, b.slice(1)))
        : b[0] === '*' ? slow(a, b.slice(1)) || (a !== '' && slow(a.slice(1), b))
          : a !== '' && a[0] === b[0] && slow(a.slice(1), b.slice(1));
  const globs = [...'ab*'].flatMap((a) => ['', ...'ab*'].flatMap((b) => ['', ...'ab*'].flatMap((c) => ['', ...'ab*'].map((d) => a + b + c + d))));
  const names = [...'ab', ''].flatMap((a) => [...'ab', ''].flatMap((b) => [...'ab', ''].flatMap((c) => [...'ab', ''].flatMap((d) => [...'ab', ''].map((e) => a + b + c + d + e)))));
  const byGlob = new Map(globs.map((glob) => [glob, new Set(names.filter((name) => matchesGlob(glob, name)))]));
  for (const [one, ofOne] of byGlob) {
    for (const [other, ofOther] of byGlob) {
      const meet = globsMeet(one, other);
      assert.equal(meet, slow(one, other), `${one} and ${other}`);
      if (!ofOne.isDisjointFrom(ofOther)) assert.ok(meet, `${one} and ${other}`);
    }
  }
  for (const [one, other, meet] of [['user.*', 'user.emial', true], ['user.*', 'use', false], ['*.id', 'user.*', true], ['http.*', 'http.request.header.*', true], ['nonexistent*', 'user.*', false], ['', '*', true], ['', 'a', false]] as const) {
    assert.deepEqual([globsMeet(one, other), globsMeet(other, one)], [meet, meet], `${one} and ${other}`);
  }
  assert.ok(!globsMeet(`${'a*'.repeat(256)}b`, `${'*a'.repeat(256)}`));
});
