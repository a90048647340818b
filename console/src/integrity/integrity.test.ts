/** The growth of a log as points, and entries in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementText, statementWords, sumsOf, typeWords } from './entry-words.ts';
import { growthPoints } from './growth-points.ts';

const NOW = Date.parse('2026-11-29T20:30:00Z');
const hour = (hours: string, entries: number, type = 'block') => ({ hour: `2026-11-29T${hours}:00:00.000Z`, type, entries });

test('growthPoints() rises from what was there before to the present size', () => {
  const { instants, sizes } = growthPoints([hour('20', 3), hour('18', 5), hour('18', 1, 'access')], 100, NOW);
  assert.deepEqual(sizes, [91, 97, 97, 100]);
  assert.deepEqual(instants.map((at) => new Date(at).toISOString().slice(11, 16)), ['18:00', '19:00', '20:00', '20:30']);
});

test('growthPoints() of an empty log, of one that just began, and of nonsense', () => {
  assert.deepEqual(growthPoints([], 0, NOW).sizes, [0]);
  assert.deepEqual(growthPoints([hour('20', 4)], 4, NOW), { instants: [Date.parse('2026-11-29T20:00:00Z'), NOW], sizes: [0, 4] });
  assert.deepEqual(growthPoints([{ hour: 'x', type: 'block', entries: 4 }, { hour: '1970-01-01T00:00:00Z', type: 'block', entries: 1 }], 5, NOW).sizes.length, 401);
});

test('entries are told in words, whatever their statement is', () => {
  assert.equal(statementWords('block', '{"rows":2,"block":17}'), '2 spans, block 17');
  assert.equal(statementWords('access', '{"what":"read","reads":1}'), '1 read');
  assert.equal(statementWords('sign-in', '{"what":"failed","attempts":3}'), '3 attempts failed');
  assert.equal(statementWords('person', '{"what":["role",7,"password"]}'), 'role, password');
  for (const odd of [undefined, null, '', 'null', '7', '[]', '{', '{"what":{}}', '{"rows":"2"}']) assert.equal(statementWords('block', odd), '');
  assert.equal(typeWords('constructor'), 'An entry of a kind that this console does not know');
  assert.equal(statementText('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(statementText('no JSON'), 'no JSON');
  assert.equal(sumsOf([hour('20', 4), hour('19', 1_000), hour('19', 2, 'access')]), '1,004 blocks, 2 accounts of reads');
  assert.equal(sumsOf([hour('20', 1), hour('19', 1, 'policy'), hour('19', 1, 'constructor')]), '1 block, 1 policy, 1 constructor');
});
