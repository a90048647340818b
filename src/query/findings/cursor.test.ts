import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorOf, readCursor } from './cursor.ts';

test('readCursor() gives what cursorOf() was given, and null for anything else', () => {
  const place = { last: 1_000_000_000_000, uid: 'f_0123456789abcdef' };
  assert.deepEqual(readCursor(cursorOf(place)), place);
  for (const text of ['', '1', '1.f_', "1.f_0123456789abcdef' OR 1", '-1.f_0123456789abcdef', '1.f_0123456789abcdeg', '9'.repeat(16) + '.f_0123456789abcdef', '\n1.f_0123456789abcdef']) assert.equal(readCursor(Buffer.from(text).toString('base64url')), null, text);
});
