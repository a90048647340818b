import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEATURE, featuresOf, featuresOfText, forEachWord } from './features.ts';
import type { Features } from './features.ts';
import { WORDS } from './words.ts';

function namesOf(features: Features): string[] {
  return Object.entries(FEATURE).filter(([, bit]) => (features & bit) !== 0).map(([name]) => name);
}

function featuresOfBytes(text: string): Features {
  const bytes = Buffer.from(`<<<${text}>>>`);
  return featuresOf(bytes, 3, bytes.length - 3);
}

test('featuresOf() names what is in a value', () => {
  assert.deepEqual(namesOf(featuresOfBytes('checkout')), []);
  assert.deepEqual(namesOf(featuresOfBytes('a@b.c')), ['at', 'dot']);
  assert.deepEqual(namesOf(featuresOfBytes('http://x')), ['colon', 'slashSlash']);
  assert.deepEqual(namesOf(featuresOfBytes('a/b/c')), []);
  assert.deepEqual(namesOf(featuresOfBytes('é\u0001')), ['nonAscii', 'control']);
  assert.deepEqual(namesOf(featuresOfBytes('PassWord')), ['secretWord']);
  assert.deepEqual(namesOf(featuresOfBytes('xGHP_x')), ['knownPrefix']);
});

test('featuresOf() tells runs of digits and tokens', () => {
  assert.equal(featuresOfBytes('12 34 567') & (FEATURE.digits4 | FEATURE.digits8), 0);
  assert.equal(featuresOfBytes('1234x567') & (FEATURE.digits4 | FEATURE.digits8), FEATURE.digits4);
  assert.notEqual(featuresOfBytes('12345678') & FEATURE.digits8, 0);
  assert.equal(featuresOfBytes('a'.repeat(19)) & FEATURE.longToken, 0);
  assert.notEqual(featuresOfBytes('a'.repeat(20)) & FEATURE.longToken, 0);
});

test('featuresOf() tells numbers of people from ids, times and addresses', () => {
  const is = (text: string) => namesOf(featuresOfBytes(text) & (FEATURE.number | FEATURE.dottedQuad | FEATURE.hextets));
  for (const text of ['4111 1111 1111 1111', '4111-1111-1111-1111', '5551234567', '(415) 555-2671', 'DE89 3704 0044 0532 0130 00', 'DE89370400440532013000', 'RSSMRA85M01H501Z', '12345678Z', 'QQ 12 34 56 C', '131052-308T', 'q=%3D536-90-4399']) {
    assert.deepEqual(is(text), ['number'], text);
  }
  for (const text of ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', '2024-05-17T12:34:56.789Z', 'frontend-7d4b9c6f5d-x2x4z', 'v1.28.3', 'Chrome/124.0', 'kafka:9092', '550e8400-e29b-41d4-a716-44665a440b0c']) {
    assert.deepEqual(is(text), [], text);
  }
  assert.deepEqual(is('from 10.0.12.34 to'), ['dottedQuad']);
  assert.deepEqual(is('2001:db8::1'), ['hextets']);
  assert.deepEqual(is('2001:db8:0:1:2:3:4:5'), ['hextets']);
});

test('featuresOfText() agrees with featuresOf()', () => {
  for (const text of ['', 'plain', 'pässwörd: x', '"token":"abc"', 'GET /x?y=1', '日本語 4111111111111111', 'a'.repeat(10_000)]) assert.equal(featuresOfText(text), featuresOfBytes(text), text.slice(0, 20));
});

test('every word of the tables is found wherever it stands, in any case', () => {
  for (const [feature, words] of Object.entries(WORDS)) {
    for (const word of words) {
      for (const text of [word, `..${word.toUpperCase()}..`, `pas${word}x`]) {
        assert.notEqual(featuresOfText(text) & FEATURE[feature as keyof typeof WORDS], 0, `${feature} ${word}`);
      }
    }
  }
});

test('forEachWord() calls with the end of each word', () => {
  const ends: number[] = [];
  forEachWord('my token and Secret', FEATURE.secretWord, (end) => ends.push(end));
  assert.deepEqual(ends, [8, 19]);
});

test('featuresOf() passes over UUIDs and points in time, but not over numbers beside them', () => {
  const number = (text: string): boolean => (featuresOfText(text) & FEATURE.number) !== 0;
  for (const text of ['8f14e45f-ceea-467f-a1b2-123456789012', '2024-05-17T12:34:56.123456789Z', '2024-05-17 12:34:56', 'id=8f14e45f-ceea-467f-a1b2-123456789012;']) assert.ok(!number(text), text);
  for (const text of ['8f14e45f-ceea-467f-a1b2-123456789012 4111111111111111', '2024-05-17T12:34:56Z 4111111111111111', '12345678-1234-1234-1234-123456789012', '8f14e45f-ceea-467f-a1b2-1234567890123', '2024-05-17T12:34:56.1234567890123']) assert.ok(number(text), text);
});

test('featuresOf() passes over a UUID that begins with letters alone, also behind other text', () => {
  const number = (text: string): boolean => (featuresOfText(text) & FEATURE.number) !== 0;
  for (const text of ['abcdefab-cdef-4abc-9def-123456789012', 'id=abcdefab-cdef-4abc-9def-123456789012', 'x abcdefab-1234-4abc-9def-123456789012 y']) assert.ok(!number(text), text);
  for (const text of ['xabcdefab-cdef-4abc-9def-123456789012', 'abcdefab-cdef-4abc-9def-123456789012 4111111111111111', 'abcdefag-cdef-4abc-9def-123456789012']) assert.ok(number(text), text);
});
