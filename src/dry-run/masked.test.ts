import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSamples, type SecretSample, secretsOf } from '#scanner/samples';
import { masked } from './masked.ts';

test('masked() keeps the shape alone', () => {
  assert.equal(masked('Ada Lövelace, 7 St. James'), 'aaa aaaaaaaa, 9 aa. aaa…');
  assert.equal(masked('ada@example.org'), 'aaa@aaaaaaa.aaa');
  assert.equal(masked('😀日本5'), '·aa9');
  assert.equal(masked(''), '');
});

test('masked() puts the part that was recognized in brackets, in the middle of what there is room for', () => {
  const text = 'the order of ada@example.org was late by 14 days';
  assert.equal(masked(text, { start: 13, end: 28 }), ' aa [aaa@aaaaaaa.aaa] aa');
  assert.equal(masked('ada@example.org', { start: 0, end: 15 }), '[aaa@aaaaaaa.aaa]');
  assert.equal(masked('x'.repeat(100), { start: 0, end: 100 }), '[aaaaaaaaaaaaaaaaa…]');
  for (const [start, end] of [[0, 3], [20, 48], [40, 48], [5, 6]] as const) assert.ok(masked(text, { start, end }).length <= 24);
});

test('masked() shows placeholders of the policy, and nothing in brackets that a sender wrote', () => {
  const written = new Set(['email', 'customer', 'pseudonym']);
  assert.equal(masked('to [email], [customer]', null, written), 'aa [email], [customer]');
  assert.equal(masked('[pseudonym:abcdefgh23]', null, written), '[pseudonym:…]');
  assert.equal(masked('[hunter2] [hunter]', null, written), '·aaaaaa9· ·aaaaaa·');
  assert.equal(masked('!= ### $$$ == --', null, written).replaceAll('·', '').length <= 6, true);
});

test('six characters of no secret stand in its shape', () => {
  let compared = 0;
  const samples = readSamples<SecretSample>('secrets.jsonl').filter(({ contains_secret }) => contains_secret);
  for (const { kind, input } of samples) {
    for (const secret of secretsOf(kind, input)) {
      const start = input.indexOf(secret);
      for (const shape of [masked(input), masked(secret), ...(start < 0 ? [] : [masked(input, { start, end: start + secret.length })])]) {
        assert.ok(shape.length <= 24);
        for (let at = 0; at + 6 <= secret.length; at++) assert.ok(!shape.includes(secret.slice(at, at + 6)), `${kind}, at ${at}`);
        compared++;
      }
    }
  }
  assert.ok(compared > 1_000);
});
