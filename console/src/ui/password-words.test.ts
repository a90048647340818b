import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madePassword, passwordWords } from './password-words.ts';

test('passwordWords() counts what is missing and never praises', () => {
  assert.match(passwordWords('').text, /^At least 15/);
  assert.deepEqual(passwordWords('twelve chars'), { good: false, share: 0.8, text: '3 more characters needed.' });
  assert.equal(passwordWords('fourteen chars').text, '1 more character needed.');
  assert.equal(passwordWords('a quiet river of glass').good, true);
  assert.equal(passwordWords('四つの静かな川が海へ流れていく').good, true, 'characters, not bytes');
  for (const weak of ['a'.repeat(20), 'abab'.repeat(5), 'x'.repeat(300)]) assert.equal(passwordWords(weak).good, false);
  for (const text of ['a quiet river of glass', 'k7dq-m3wz-p9xe-r2hb-t6vc']) assert.ok(!/strong|secure|safe|excellent/i.test(passwordWords(text).text));
});

test('madePassword() is random letters and digits in groups, without favouring any', () => {
  assert.match(madePassword(), /^([a-km-np-z2-9]{4}-){4}[a-km-np-z2-9]{4}$/);
  assert.notEqual(madePassword(), madePassword());
  assert.equal(passwordWords(madePassword()).good, true);
  let calls = 0;
  const high = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(calls++ === 0 ? 255 : 0);
  assert.equal(madePassword(high), 'aaaa-aaaa-aaaa-aaaa-aaaa', 'bytes above the last multiple are drawn again');
});
