import assert from 'node:assert/strict';
import { test } from 'node:test';

import { differences } from './text-difference.ts';

const lines = (...numbers: readonly (number | string)[]): string => `${numbers.join('\n')}\n`;

test('lines that one text has and the other has not, with three around them', () => {
  assert.deepEqual(differences(lines(1, 2, 3, 4, 5, 6, 7, 8, 9), lines(1, 2, 3, 4, 'new', 5, 6, 7, 9)), ['@@', ' 2', ' 3', ' 4', '+new', ' 5', ' 6', ' 7', '-8', ' 9']);
  assert.deepEqual(differences(lines(1), lines(2)), ['-1', '+2']);
  assert.deepEqual(differences(lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1), lines('a', 2, 3, 4, 5, 6, 7, 8, 9, 0, 'b')), ['-1', '+a', ' 2', ' 3', ' 4', '@@', ' 8', ' 9', ' 0', '-1', '+b']);
});

test('equal lines are no difference, whatever they end with', () => {
  assert.equal(differences('a\r\nb', lines('a', 'b')), null);
});

test('texts of very many lines are compared by their equal beginnings and ends', () => {
  const many = (of: string) => Array.from({ length: 3_000 }, (_, at) => `${of}${at}`);
  const shown = differences(lines('head', ...many('a'), 'tail'), lines('head', ...many('b'), 'tail'));
  assert.equal(shown?.length, 6_002);
});
