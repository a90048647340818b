import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECKSUMS, checksumOf } from './checksums.ts';

test('each checksum takes numbers that are known to be right, and not their neighbours', () => {
  const right: Readonly<Record<string, readonly string[]>> = {
    luhn: ['E-123455', '4111 1111 1111 1111'], verhoeff: ['2363', '2345 6789 0124'], damm: ['5724', '112946'], 'mod10-3': ['4006381333931', '978-0-306-40615-7'], mod11: ['0-306-40615-2', '080442957X', '943 476 5919'],
    'mod11-2': ['0000-0002-1825-0097', '0000 0001 2103 2683', '0000-0002-1694-233X'], 'mod11-10': ['86095742719'], mod97: ['5493001KJTIIGC8Y1R12'], iban: ['GB82 WEST 1234 5698 7654 32', 'RF18 5390 0754 7034'],
  };
  assert.deepEqual(Object.keys(right).sort(), [...CHECKSUMS].sort());
  for (const [checksum, matches] of Object.entries(right)) {
    for (const match of matches) {
      const isRight = checksumOf(checksum);
      assert.ok(isRight(match), `${checksum} ${match}`);
      const at = match.search(/\d(?=[\dX]$)/);
      const wrong = `${match.slice(0, at)}${(Number(match[at]) + 1) % 10}${match.slice(at + 1)}`;
      assert.ok(!isRight(wrong), `${checksum} ${wrong}`);
    }
  }
  for (const unknown of ['constructor', 'crc', '']) assert.throws(() => checksumOf(unknown), /not known/);
  for (const checksum of CHECKSUMS) for (const nothing of ['', '-', '7', 'É']) assert.ok(!checksumOf(checksum)(nothing), `${checksum} ${nothing}`);
});
