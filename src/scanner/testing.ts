/**
 * What the tests of recognizers share: run one recognizer on one text as the scanner would and say what it found.
 */
import assert from 'node:assert/strict';
import { featuresOfText } from './features.ts';
import { KEY } from './recognizer.ts';
import type { Kind, KeyClass, Mark, Recognizer } from './recognizer.ts';

/** The marks of one recognizer on `text`, none if its `needs` or `keys` say that it does not run. */
export function marksOf(recognizer: Recognizer, text: string, keyClass: KeyClass = KEY.plain, name = ''): Mark[] {
  if ((featuresOfText(text) & recognizer.needs) !== recognizer.needs) return [];
  if (recognizer.keys !== undefined && (recognizer.keys & keyClass) === 0) return [];
  const marks: Mark[] = [];
  recognizer.find(text, keyClass, (start, end, instead, kind) => {
    assert.ok(start >= 0 && end > start && end <= text.length, `${recognizer.id}: mark ${start}..${end} of ${text.length}`);
    marks.push({ kind: kind ?? recognizer.kind, start, end, ...(instead === undefined ? {} : { instead }) });
  }, name);
  return marks.sort((a, b) => a.start - b.start);
}

/**
 * Asserts what `recognizer` finds. `text` shows the expected ranges between « and », which are taken out first:
 * `expectMarks(github, 'token «ghp_…»', 'credential')`. Without « it must find nothing.
 */
export function expectMarks(recognizer: Recognizer, text: string, kind: Kind, keyClass: KeyClass = KEY.plain): void {
  const expected: { kind: Kind; start: number; end: number }[] = [];
  let plain = '';
  for (const part of text.split(/([«»])/)) {
    if (part === '«') expected.push({ kind, start: plain.length, end: plain.length });
    else if (part === '»') (expected.at(-1) as { end: number }).end = plain.length;
    else plain += part;
  }
  const found = marksOf(recognizer, plain, keyClass).map(({ kind, start, end }) => ({ kind, start, end }));
  assert.deepEqual(
    found.map((mark) => `${mark.kind} ${plain.slice(mark.start, mark.end)} @${mark.start}`),
    expected.map((mark) => `${mark.kind} ${plain.slice(mark.start, mark.end)} @${mark.start}`),
    `${recognizer.id} on ${JSON.stringify(plain)}`,
  );
}
