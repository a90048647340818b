import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodedRuns } from './encoded.ts';

const SECRET = 'login with ghp_k7Qz2mXw9RtB4vLc6Np now';
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const found = (text: string) => encodedRuns(text).map(({ start, end, text: inner }) => [text.slice(start, end), inner.replaceAll('\0', '')]);

test('encodedRuns() reads base64 in either alphabet, with and without padding, of UTF-8 and of UTF-16', () => {
  for (const encoded of [base64(SECRET), base64(SECRET).replace(/=+$/, ''), Buffer.from(`${SECRET}??>>`).toString('base64url'), base64(SECRET, 'utf16le')]) {
    for (const [before, after] of [['', ''], ['auth ', ' sent.'], ['"', '"'], ['=', '&x'], ['data:;base64,', ''], ['(', ')'], ['x\n', '\ny z']] as const) {
      const runs = found(before + encoded + after);
      assert.deepEqual(runs.map(([run]) => run), [encoded], before);
      assert.ok(runs[0]![1]!.startsWith(SECRET), runs[0]![1]);
    }
  }
});

test('encodedRuns() reads what stands behind a path or a prefix, in lines, and after another', () => {
  const encoded = base64(SECRET);
  for (const before of ['/api/items/', 'prefix_', 'a-bc-', `${'com/example/'.repeat(4)}`]) assert.deepEqual(found(before + encoded), [[encoded, SECRET]], before);
  const lines = base64(`${SECRET} `.repeat(4)).replace(/.{76}/g, '$&\r\n');
  assert.deepEqual(found(`-- \n${lines}\nend of it`), [[lines, `${SECRET} `.repeat(4)]]);
  assert.deepEqual(found(`${'Identifier'.repeat(4)}\n${encoded}`), [[encoded, SECRET]]);
  assert.deepEqual(found(`${encoded} ${encoded}`).length, 2);
});

test('encodedRuns() reads hexadecimal digits', () => {
  const digits = Buffer.from(SECRET).toString('hex');
  assert.deepEqual(found(Buffer.from(`größer als ${SECRET}`).toString('hex')).map(([, inner]) => inner), [`größer als ${SECRET}`]);
  for (const text of [digits, digits.toUpperCase(), `0x${digits}`, `key=${digits};`]) assert.deepEqual(found(text).map(([, inner]) => inner), [SECRET], text);
});

test('encodedRuns() takes short JSON, and leaves tokens of three parts, digests, names and random words', () => {
  assert.deepEqual(found(base64('{"pw":"hunter2"}').replace(/=+$/, '')).map(([, inner]) => inner), ['{"pw":"hunter2"}']);
  const [header, claims] = [base64('{"alg":"HS256","typ":"JWT"}'), base64('{"sub":"1234567890"}')].map((part) => part.replace(/=+$/, ''));
  for (const text of [`${header}.${claims}.x`, '3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'd41d8cd98f00b204e9800998ecf8427e', 'com/example/shop/warehouse/Reservation', 'checkout-7d9f8b6c5d-x2x4z-production-eu', 'IllegalStateExceptionHandlerFactoryBean', base64('short text here')]) assert.deepEqual(found(text), [], text);
  let read = 0;
  for (let round = 0; round < 20_000; round++) read += encodedRuns(randomBytes(24).toString(round % 2 === 0 ? 'base64url' : 'hex')).length;
  assert.ok(read <= 10, `${read} of 20,000 random words were taken for text`);
});
