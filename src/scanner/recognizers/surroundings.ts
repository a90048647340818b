/**
 * What stands around a candidate: whether it is a token of its own, and whether a word nearby says what it is. Both look
 * at a bounded stretch of text, so that a recognizer with many candidates stays linear.
 */

/** Characters looked at before a candidate for a word that names it, and after it. */
const BEFORE = 40;
const AFTER = 24;

/** Letter, digit or underscore of ASCII. */
export function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isHexCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/**
 * Whether the word characters that end at `index` are the tail of an escape (`%3D`, `%253D`, `\n`, `\u003d`), which in
 * decoded text would be no part of the token that follows.
 */
export function endsEscape(text: string, index: number): boolean {
  if (index >= 2 && text.charCodeAt(index - 2) === 92 && 'nrtbfv'.includes(text[index - 1]!)) return true;
  if (index >= 6 && text.charCodeAt(index - 6) === 92 && text[index - 5] === 'u') return true;
  if (index < 3 || !isHexCode(text.charCodeAt(index - 1)) || !isHexCode(text.charCodeAt(index - 2))) return false;
  return text.charCodeAt(index - 3) === 37 || (index >= 5 && text.startsWith('%25', index - 5));
}

/** Whether a token can begin at `index`: no word character directly before it, unless that is the end of an escape. */
export function isFreeBefore(text: string, index: number): boolean {
  return index === 0 || !isWordCode(text.charCodeAt(index - 1)) || endsEscape(text, index);
}

/** Whether a token can end at `index`. */
export function isFreeAfter(text: string, index: number): boolean {
  return index >= text.length || !isWordCode(text.charCodeAt(index));
}

/** What may not follow a number: a word character, or `.` or `-` and more of a longer token (`1.123…`, a UUID). */
export const RIGHT = String.raw`(?!\w|[.\-]\w)`;

/**
 * Calls `found` with every match of a global pattern before which a token can begin. The pattern itself does not ask what stands before:
 * so it fails fast at most places. Each match is short, and after one that is refused the search goes on one place later.
 */
export function forEachToken(text: string, pattern: RegExp, found: (start: number, end: number) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index;
    const before = text[start - 1];
    if (isFreeBefore(text, start) && before !== '.' && before !== '-') found(start, start + match[0].length);
    else pattern.lastIndex = start + 1;
  }
}

/**
 * The same for a sticky pattern that begins with a letter or digit, asked only where a token begins, `starts`: many patterns look for their numbers
 * in one text, and each would read all of it.
 */
export function forEachTokenAt(text: string, starts: readonly number[], pattern: RegExp, found: (start: number, end: number) => void): void {
  let passed = 0;
  for (const start of starts) {
    if (start < passed) continue;
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    passed = pattern.lastIndex;
    found(start, passed);
  }
}

/**
 * Where tokens begin that may be somebody's number: a digit with five more before anything comes that does not stand between groups of digits, or
 * a letter with a digit soon, or with as many capitals as an Italian tax code has, whose digits may be letters.
 */
export function startsOfNumbers(text: string): readonly number[] {
  if (text !== lastText) {
    lastStarts = findStarts(text);
    lastText = text;
  }
  return lastStarts;
}

/** Two recognizers ask about the same text, one after the other. */
let lastText = '';
let lastStarts: readonly number[] = [];

function findStarts(text: string): readonly number[] {
  const starts: number[] = [];
  const hasEscapes = text.includes('%') || text.includes('\\');
  let before = 0;
  let digit = -1; // the first one not before `at`, if it was looked for
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isWordCode(code) && before !== 0x2d && before !== 0x2e && (!isWordCode(before) || (hasEscapes && endsEscape(text, at)))) {
      if (digit < at) digit = nextDigit(text, at);
      if (digit === at ? hasDigits(text, at) : digit - at <= DIGIT_WITHIN || areCapitals(text, at)) starts.push(at);
    }
    before = code;
  }
  return starts;
}

/** From a letter to a digit, in any number. */
const DIGIT_WITHIN = 16;
/** What begins with a digit has so many of them within so many characters: groups parted by escapes are the longest. */
const DIGITS_MIN = 6;
const NUMBER_LENGTH_MAX = 48;

function nextDigit(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigitCode(text.charCodeAt(at))) at++;
  return at < text.length ? at : Number.MAX_SAFE_INTEGER;
}

function hasDigits(text: string, start: number): boolean {
  let digits = 0;
  for (let at = start, end = Math.min(text.length, start + NUMBER_LENGTH_MAX); at < end; at++) {
    const code = text.charCodeAt(at);
    if (isDigitCode(code)) {
      if (++digits === DIGITS_MIN) return true;
    } else if (!isWordCode(code) && !(code >= 0x2b && code <= 0x2f && code !== 0x2c) && code !== 0x20 && code !== 0x25) return false;
  }
  return false;
}

/** Six in a row, or three and a space. */
function areCapitals(text: string, at: number): boolean {
  let end = at;
  while (end < at + 6 && text.charCodeAt(end) >= 0x41 && text.charCodeAt(end) <= 0x5a) end++;
  return end === at + 6 || (end === at + 3 && /[ +%]/.test(text[end] ?? ''));
}

/** Builds the test that `isNamed` uses, from sources of regular expressions in lower case. */
export function naming(words: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${words.join('|')})(?!\\p{L})`, 'u');
}

/** Whether one of the words of `names` stands shortly before the range, or shortly after it. */
export function isNamed(text: string, start: number, end: number, names: RegExp): boolean {
  return names.test(spaced(text.slice(Math.max(0, start - BEFORE), start))) || names.test(spaced(text.slice(end, end + AFTER)));
}

/** `userSSNValue` as `user ssn value`. */
function spaced(text: string): string {
  return text.replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/g, ' ').toLowerCase();
}
