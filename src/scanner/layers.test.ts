import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentDecoded, unescaped, withoutReferences } from './layers.ts';

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
