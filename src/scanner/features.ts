/**
 * One pass over the bytes of a value that says what could be in it at all. The answer is a set of bits; recognizers name
 * the bits they need, and a value that offers none of them is done: most are. Nothing is allocated.
 *
 * Single characters and runs come from a table by byte. Words (`password`, `ghp_`, `bearer`) come from one automaton over
 * all words of `words.ts` (`automaton.ts`), numbers from a second pass where there are digits enough (`numbers.ts`).
 */
import { automatonOf } from './automaton.ts';
import { hextetsOf, NUMBER_FEATURES, numbersOf } from './numbers.ts';
import { WORDS } from './words.ts';

/** What may be present, one bit each. A recognizer's `needs` is a union of these. */
export const FEATURE = {
  at: 1, // @
  digit: 1 << 1, // 0 to 9
  digits4: 1 << 2, // four digits in a row
  digits8: 1 << 3, // eight digits in a row
  longToken: 1 << 4, // twenty characters of A-Z a-z 0-9 _ - in a row
  equals: 1 << 5, // =
  colon: 1 << 6, // :
  slashSlash: 1 << 7, // //
  quote: 1 << 8, // " ' `
  percent: 1 << 9, // %
  brace: 1 << 10, // { [
  dot: 1 << 11, // .
  backslash: 1 << 12,
  plus: 1 << 13, // +
  hyphen: 1 << 14, // -
  space: 1 << 15, // space, tab, line break
  angle: 1 << 16, // <
  dottedQuad: NUMBER_FEATURES.dottedQuad,
  personWord: 1 << 18, // a word that names people's particulars: first_name, street, birth, latitude …
  question: 1 << 19, // ?
  ampersand: 1 << 20, // &
  semicolon: 1 << 21, // ;
  statementWord: 1 << 22, // a word of a database statement or of a database's error message
  nonAscii: 1 << 23, // a byte above 0x7f
  control: 1 << 24, // below 0x20 except tab, line feed, carriage return; and 0x7f
  secretWord: 1 << 25, // a word that names secrets: password, token, key, sig …
  knownPrefix: 1 << 26, // the beginning of a well-known credential: ghp_, AKIA, eyJ, -----BEGIN …
  schemeWord: 1 << 27, // an authorization scheme, or a program that takes credentials on its command line
  number: NUMBER_FEATURES.number,
  hextets: NUMBER_FEATURES.hextets,
} as const;
export type Features = number;

// Again as in `automaton.ts`: what is imported would be read anew for each byte.
const COLUMNS_LOG2 = 6;
const DIGIT_LOG2 = 1;
const TOKEN_LOG2 = 30;
const TOKEN = 1 << TOKEN_LOG2; // internal: a character of a token run
const REPORTED = TOKEN - 1;
/** Digits below which a text holds no number of interest. */
const DIGITS_OF_INTEREST = 6;
const LONG_TOKEN = 20;

const BYTES = new Int32Array(256);
for (let b = 0; b < 256; b++) BYTES[b] = featuresOfByte(b);

const { column: COLUMN, next: NEXT, output: OUTPUT } = automatonOf([
  { word: '//', bits: FEATURE.slashSlash },
  ...Object.entries(WORDS).flatMap(([feature, words]) => words.map((word) => ({ word, bits: FEATURE[feature as keyof typeof WORDS] }))),
]);

/** Features of `bytes[start, end)`, valid UTF-8. Time linear in the length, no allocation. */
export function featuresOf(bytes: Uint8Array, start: number, end: number): Features {
  let found = 0;
  let state = 0;
  let token = 0;
  let digits = 0;
  let digitsInAll = 0;
  // Negative once a run was long enough: runs are compared without branches, which words and digits would mispredict.
  let longToken = 0;
  let fourDigits = 0;
  let eightDigits = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const is = BYTES[byte] as number;
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[byte] as number)] as number;
    found |= is | (OUTPUT[state] as number);
    token = (token + 1) & -((is >>> TOKEN_LOG2) & 1);
    longToken |= LONG_TOKEN - 1 - token;
    const digit = (is >>> DIGIT_LOG2) & 1;
    digitsInAll += digit;
    digits = (digits + 1) & -digit;
    fourDigits |= 3 - digits;
    eightDigits |= 7 - digits;
  }
  if (longToken < 0) found |= FEATURE.longToken;
  if (fourDigits < 0) found |= FEATURE.digits4;
  if (eightDigits < 0) found |= FEATURE.digits8;
  if (digitsInAll >= DIGITS_OF_INTEREST || (digitsInAll >= 4 && (longToken < 0 || countOf(0x2e, bytes, start, end) >= 3))) found |= numbersOf(bytes, start, end);
  if ((found & FEATURE.colon) !== 0) found |= hextetsOf(bytes, start, end);
  return found & REPORTED;
}

function countOf(wanted: number, bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (bytes[i] === wanted) count++;
  return count;
}

let scratch = new Uint8Array(4096);

/** The same for a string: used for text inside text, where the bytes are gone. */
export function featuresOfText(text: string): Features {
  const length = text.length;
  if (length > scratch.length) scratch = new Uint8Array(Math.max(length, scratch.length * 2));
  const bytes = scratch;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    bytes[i] = unit > 0x7f ? 0x80 : unit;
  }
  const features = featuresOf(bytes, 0, length);
  if (scratch.length > SCRATCH_MAX) scratch = new Uint8Array(4096);
  return features;
}
const SCRATCH_MAX = 1 << 20;

/**
 * Calls `hit` with the end offset of every occurrence of a word that carries one of the bits of `wanted`, left to right.
 * Longer words that end at the same place are one call. The words of the last text are kept: several recognizers ask about the same one.
 */
export function forEachWord(text: string, wanted: Features, hit: (end: number) => void): void {
  if (text.length > WORDS_KEPT_MAX) {
    walkWords(text, (end, bits) => {
      if ((bits & wanted) !== 0) hit(end);
    });
    return;
  }
  if (text !== wordsText) {
    wordsText = text;
    let count = 0;
    walkWords(text, (end, bits) => {
      wordEnds[count] = end;
      wordBits[count++] = bits;
    });
    words = count;
  }
  for (let word = 0; word < words; word++) {
    if ((wordBits[word]! & wanted) !== 0) hit(wordEnds[word]!);
  }
}

const WORDS_KEPT_MAX = 4_096;
const wordEnds = new Uint16Array(WORDS_KEPT_MAX);
const wordBits = new Int32Array(WORDS_KEPT_MAX);
let wordsText = '';
let words = 0;

function walkWords(text: string, word: (end: number, bits: Features) => void): void {
  let state = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[unit > 0x7f ? 0x80 : unit] as number)] as number;
    const bits = OUTPUT[state] as number;
    if (bits !== 0) word(i + 1, bits);
  }
}

function featuresOfByte(byte: number): number {
  if (byte >= 0x80) return FEATURE.nonAscii;
  if (byte >= 0x30 && byte <= 0x39) return FEATURE.digit | TOKEN;
  const character = String.fromCharCode(byte);
  if (/[A-Za-z_]/.test(character)) return TOKEN;
  switch (character) {
    case '-':
      return FEATURE.hyphen | TOKEN;
    case '@':
      return FEATURE.at;
    case '=':
      return FEATURE.equals;
    case ':':
      return FEATURE.colon;
    case '"':
    case "'":
    case '`':
      return FEATURE.quote;
    case '%':
      return FEATURE.percent;
    case '{':
    case '[':
      return FEATURE.brace;
    case '.':
      return FEATURE.dot;
    case '\\':
      return FEATURE.backslash;
    case '+':
      return FEATURE.plus;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      return FEATURE.space;
    case '<':
      return FEATURE.angle;
    case '?':
      return FEATURE.question;
    case '&':
      return FEATURE.ampersand;
    case ';':
      return FEATURE.semicolon;
    default:
      return byte < 0x20 || byte === 0x7f ? FEATURE.control : 0;
  }
}
