import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHarmful, neutralize } from './harmful.ts';

const HARMFUL: [name: string, text: string, harmless: string][] = [
  ['null', 'a\0b', 'a␀b'],
  ['terminal escape', '\u001b[31mred', '␛[31mred'],
  ['bell and backspace', '\u0007\b', '␇␈'],
  ['vertical tab and form feed', '\u000b\f', '␋␌'],
  ['delete', '\u007f', '␡'],
  ['C1 control sequence introducer', '\u009b2J', '<U+009B>2J'],
  ['next line', '\u0085', '<U+0085>'],
  ['right-to-left override', 'a\u202egnp.exe', 'a<U+202E>gnp.exe'],
  ['bidirectional isolates', '\u2066x\u2069', '<U+2066>x<U+2069>'],
  ['Arabic letter mark', '\u061c', '<U+061C>'],
  ['zero-width space', 'pass\u200bword', 'pass<U+200B>word'],
  ['word joiner', '\u2060', '<U+2060>'],
  ['soft hyphen', 'pass\u00adword', 'pass<U+00AD>word'],
  ['Hangul filler', '\u3164', '<U+3164>'],
  ['byte order mark', '\ufeffx', '<U+FEFF>x'],
  ['line and paragraph separator', '\u2028\u2029', '<U+2028><U+2029>'],
  ['interlinear annotation', '\ufff9', '<U+FFF9>'],
  ['tag characters', 'x\u{e0041}\u{e007f}', 'x<U+E0041><U+E007F>'],
  ['variation selectors of plane 14', 'x\u{e0100}\u{e01ef}', 'x<U+E0100><U+E01EF>'],
];
for (const [name, text, harmless] of HARMFUL) {
  test(`neutralize makes visible: ${name}`, () => {
    assert.equal(isHarmful(text), true);
    const result = neutralize(text);
    assert.equal(result.text, harmless);
    assert.equal(result.count, [...text].filter((character) => isHarmful(character)).length);
    assert.equal(isHarmful(harmless), false, 'what comes out is harmless');
    assert.deepEqual(neutralize(harmless), { text: harmless, count: 0 }, 'twice is as once');
  });
}

test('neutralize leaves tab, line breaks, scripts of every direction and emoji alone', () => {
  for (const text of ['a\tb\nc\r\n', 'שלום עולם', 'مرحبا', '日本語', 'e\u0301', '👩‍👩‍👧‍👦 ❤️ 👍🏽 🇩🇪', '\u{1f600}', '␛ <U+202E>', '']) {
    assert.equal(isHarmful(text), false, JSON.stringify(text));
    assert.deepEqual(neutralize(text), { text, count: 0 });
  }
});

test('neutralize leaves no control character whatever the text', () => {
  let all = '';
  for (let code = 0; code < 0x3000; code++) all += String.fromCodePoint(code);
  const { text } = neutralize(all);
  assert.equal(/(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text), false);
});
