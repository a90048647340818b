import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf } from './bucket.ts';

test('numbers become the lower end of their bucket, below zero too, integers exactly', () => {
  const cases: [number, string, string | null][] = [
    [10, '42', '40'], [10, '40', '40'], [10, '-3', '-10'], [10, '-10', '-10'], [10, '0', '0'], [1, '7', '7'], [1_000, '9223372036854775807', '9223372036854775000'], [7, '-9223372036854775808', '-9223372036854775814'],
    [10, '42.5', '40'], [10, '-0.5', '-10'], [10, '1e21', '1e+21'], [0.1, '0.35', '0.3'], [0.5, '7', '7'], [10, '-0', '0'],
    [10, 'NaN', null], [10, 'Infinity', null], [10, '1e999', null], [10, '42 hunter2', null], [10, '0x2a', null], [10, '', null], [10, '١٢', null], [10, '1,000', null],
  ];
  for (const [size, text, expected] of cases) assert.equal(bucketOf(size, text), expected, `${size} ${text}`);
});
