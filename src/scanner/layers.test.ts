import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowed, percentDecoded, unescaped, withoutReferences } from './layers.ts';

test('percentDecoded() decodes UTF-8 and maps back to the encoded text', () => {
  const layer = percentDecoded('a%40b%C3%A9%F0%9F%98%80!');
  assert.equal(layer?.text, 'a@bé😀!');
  assert.deepEqual([...(layer?.at ?? [])], [0, 1, 4, 5, 11, 11, 23, 24]);
});

test('percentDecoded() takes + for a space in forms only', () => {
  assert.equal(percentDecoded('a=b+c%2Bd')?.text, 'a=b c+d');
  assert.equal(percentDecoded('a b+c%2Bd')?.text, 'a b+c+d');
});

test('percentDecoded() takes invalid sequences as bytes or as they are', () => {
  assert.equal(percentDecoded('100% of %zz'), undefined);
  assert.equal(percentDecoded('%C3%28')?.text, 'Ã(');
  assert.equal(percentDecoded('%F4%BF%BF%BF')?.text.length, 1);
  assert.equal(percentDecoded('x%4')?.text, undefined);
});

test('unescaped() undoes one level of escapes', () => {
  const layer = unescaped('{\\"a\\":\\"b\\\\\\"c\\"}\\n\\u0041\\x42');
  assert.equal(layer?.text, '{"a":"b\\"c"}\nAB');
  assert.equal(layer?.at.at(-1), '{\\"a\\":\\"b\\\\\\"c\\"}\\n\\u0041\\x42'.length);
  assert.equal(unescaped('C:\\ \\q'), undefined);
});

test('withoutReferences() undoes the references that hide names and values', () => {
  assert.equal(withoutReferences('&quot;a&quot;&#58;&#x40;&unknown;')?.text, '"a":@&unknown;');
  assert.equal(withoutReferences('a & b; c'), undefined);
  assert.equal(withoutReferences('&#9999999;'), undefined);
});

test('every way of writing a character by its number is undone, at its place', () => {
  for (const [decode, text] of [[percentDecoded, 'x%u0041y'], [unescaped, 'x\\u{41}y'], [unescaped, 'x\\U00000041y'], [unescaped, 'x\\101y'], [unescaped, 'x\\x41y'], [withoutReferences, 'x&#0000065;y'], [withoutReferences, 'x&#x00041;y']] as const) {
    const layer = decode(text);
    assert.equal(layer?.text, 'xAy', text);
    assert.deepEqual([...layer.at], [0, 1, text.length - 1, text.length], text);
  }
  for (const text of ['\\u{110000}', '\\UFFFFFFFF', '\\u{}', '\\u{zz}', '\\u{0000000041}', '\\778', '\\400']) assert.equal(unescaped(text), undefined, text);
  assert.equal(withoutReferences('&lowbar;&commat;&NewLine;&nope;')?.text, '_@\n&nope;');
});

test('narrowed() leaves out what cannot be seen, also where it was made visible, and makes wide forms narrow', () => {
  const layer = narrowed('a<U+200B>b\u200b\u2400ｃ\u00a0d\0e');
  assert.equal(layer?.text, 'abc de');
  assert.deepEqual([...layer.at], [0, 9, 12, 13, 14, 16, 17]);
  assert.equal(narrowed('für <b>'), undefined);
});
