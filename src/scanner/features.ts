/**
 * One pass over the bytes of a value that says what could be in it at all. The answer is a set of bits; recognizers name
 * the bits they need, and a value that offers none of them is done: most are. Nothing is allocated.
 *
 * Single characters and runs come from a table by byte. Words (`password`, `ghp_`, `bearer`) come from one automaton over
 * all words of `words.ts` at once, case folded (Aho and Corasick, 1975), so the cost does not grow with their number.
 */
import { WORDS } from './words.ts';

/** What may be present, one bit each. A recognizer's `needs` is a union of these. */
export const FEATURE = {
  at: 1, // @
  digit: 1 << 1,
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
  dottedQuad: 1 << 17, // four short numbers joined by dots
  pipe: 1 << 18, // |
  question: 1 << 19, // ?
  ampersand: 1 << 20, // &
  semicolon: 1 << 21, // ;
  statementWord: 1 << 22, // a word of a database statement or of a database's error message
  nonAscii: 1 << 23, // a byte above 0x7f
  control: 1 << 24, // below 0x20 except tab, line feed, carriage return; and 0x7f
  secretWord: 1 << 25, // a word that names secrets: password, token, key, sig …
  knownPrefix: 1 << 26, // the beginning of a well-known credential: ghp_, AKIA, eyJ, -----BEGIN …
  schemeWord: 1 << 27, // an authorization scheme, or a program that takes credentials on its command line
  number: 1 << 28, // what could be a person's number: seven digits together or in groups, or a long code of few letters and many digits
  hextets: 1 << 29, // colons between hexadecimal groups as in IPv6
} as const;
export type Features = number;

const TOKEN = 1 << 30; // internal: a character of a token run
const REPORTED = TOKEN - 1;
/** Digits below which a text holds no number of interest. */
const DIGITS_OF_INTEREST = 6;
const LONG_TOKEN = 20;

const BYTES = new Int32Array(256);
for (let b = 0; b < 256; b++) BYTES[b] = featuresOfByte(b);

/** 1 = letter or `_` or not ASCII, 2 = digit, 0 = neither. */
const RUN = new Uint8Array(256);
/** 1 = may stand between groups of digits. */
const JOINT = new Uint8Array(256);
for (let b = 0; b < 256; b++) {
  RUN[b] = b >= 0x80 || /[A-Za-z_]/.test(String.fromCharCode(b)) ? 1 : b >= 0x30 && b <= 0x39 ? 2 : 0;
  JOINT[b] = ' -./+()%,\u00a0'.includes(String.fromCharCode(b)) ? 1 : 0;
}

const COLUMNS_LOG2 = 6;
const COLUMN = new Uint8Array(256);
const AUTOMATON = buildAutomaton();
const NEXT = AUTOMATON.next;
const OUTPUT = AUTOMATON.output;

/** Features of `bytes[start, end)`, valid UTF-8. Time linear in the length, no allocation. */
export function featuresOf(bytes: Uint8Array, start: number, end: number): Features {
  let found = 0;
  let state = 0;
  let digits = 0;
  let digitsInAll = 0;
  let colons = 0;
  let token = 0;
  let slash = -2;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const is = BYTES[byte] as number;
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[byte] as number)] as number;
    found |= is | (OUTPUT[state] as number);
    if ((is & TOKEN) !== 0) {
      if (++token >= LONG_TOKEN) found |= FEATURE.longToken;
      if ((is & FEATURE.digit) !== 0) {
        digitsInAll++;
        if (++digits >= 4) found |= digits >= 8 ? FEATURE.digits8 : FEATURE.digits4;
      } else {
        digits = 0;
      }
    } else {
      token = 0;
      digits = 0;
      if (byte === 0x2f) {
        if (slash === i - 1) found |= FEATURE.slashSlash;
        slash = i;
      } else if (byte === 0x3a) {
        colons++;
      }
    }
  }
  if (digitsInAll >= DIGITS_OF_INTEREST || colons >= 2 || (digitsInAll >= 4 && (found & FEATURE.dot) !== 0)) found |= numbersOf(bytes, start, end);
  return found & REPORTED;
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
 * `number`, `dottedQuad` and `hextets`: walks the runs of letters and digits. Groups of digits joined by one or two separators
 * make a chain; a run with letters in it counts by itself if it alternates between letters and digits rarely, as national ids
 * and IBANs do and hexadecimal ids do not.
 */
function numbersOf(bytes: Uint8Array, start: number, end: number): Features {
  let found = 0;
  let chain = 0; // digits of the chain
  let groups = 0; // its groups
  let pairs = 0; // its latest groups of two digits
  let isQuad = true; // joined by dots alone, no group above three digits
  let i = start;
  let runEnd = start;
  while (i < end) {
    while (i < end && RUN[bytes[i] as number] === 0) i++;
    if (i >= end) break;
    const gap = i - runEnd;
    const separator = gap === 0 ? 0 : (bytes[i - 1] as number);
    // The two digits of `%3D` are no part of what follows.
    if (separator === 0x25 && i + 2 < end && isHex(bytes[i] as number) && isHex(bytes[i + 1] as number) && RUN[bytes[i + 2] as number] === 2) i += 2;
    const runStart = i;
    let digits = 0;
    let turns = 0;
    let lead = 0;
    let before = 0;
    for (; i < end; i++) {
      const is = RUN[bytes[i] as number] as number;
      if (is === 0) break;
      if (is === 2) digits++;
      else if (digits === 0) lead++;
      if (before !== 0 && is !== before) turns++;
      before = is;
    }
    const length = i - runStart;
    const joins = gap > 0 && gap <= 2 && JOINT[separator] === 1 && (gap === 1 || JOINT[bytes[runEnd] as number] === 1);
    runEnd = i;
    if (!joins) {
      found |= ofChain(chain, groups, isQuad);
      chain = groups = pairs = 0;
      isQuad = true;
    }
    if (digits === length || (turns === 1 && length <= 5)) {
      if (joins && groups > 0 && separator !== 0x2e) {
        // The end of a quad in a list: `203.0.113.9, 10.0.0.1`.
        if (isQuad && groups === 4) found |= FEATURE.dottedQuad;
        isQuad = false;
      }
      if (digits > 3 || digits !== length) isQuad = false;
      chain += digits;
      groups++;
      pairs = length === 2 && digits === 2 ? pairs + 1 : 0;
      if (pairs === 3 || (length === 6 && digits === 6)) found |= FEATURE.number;
      continue;
    }
    found |= ofChain(chain, groups, isQuad);
    chain = groups = pairs = 0;
    isQuad = true;
    if (length === 5 && turns === 2 && digits === 4 && separator === 0x20) found |= FEATURE.number;
    if (digits >= 5 && length >= 9 && length <= 34 && ((turns <= 3 && digits >= 6) || (length === 16 && lead === 6) || (lead === 2 && length >= 15))) found |= FEATURE.number;
  }
  return found | ofChain(chain, groups, isQuad) | hextetsOf(bytes, start, end);
}

function ofChain(digits: number, groups: number, isQuad: boolean): Features {
  if (isQuad && groups === 4) return FEATURE.dottedQuad;
  return digits >= 7 ? FEATURE.number | (isQuad && groups > 4 ? FEATURE.dottedQuad : 0) : 0;
}

/** Two colons side by side with a hexadecimal digit beside them, or five colons each at most five bytes behind the one before. */
function hextetsOf(bytes: Uint8Array, start: number, end: number): Features {
  let near = 0;
  let last = -8;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0x3a) continue;
    if (i - last === 1 && (isHex(bytes[i + 1] ?? 0) || isHex(bytes[last - 1] ?? 0) || end - start <= 4)) return FEATURE.hextets;
    near = i - last <= 5 ? near + 1 : 1;
    if (near >= 5) return FEATURE.hextets;
    last = i;
  }
  return 0;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46);
}

/**
 * Calls `hit` with the end offset of every occurrence of a word that carries one of the bits of `wanted`, left to right.
 * Longer words that end at the same place are one call.
 */
export function forEachWord(text: string, wanted: Features, hit: (end: number) => void): void {
  let state = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[unit > 0x7f ? 0x80 : unit] as number)] as number;
    if (((OUTPUT[state] as number) & wanted) !== 0) hit(i + 1);
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
    case '|':
      return FEATURE.pipe;
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

/** States are numbered breadth first, so that the few that ordinary text visits lie together in memory. */
function buildAutomaton(): { next: Uint16Array; output: Int32Array } {
  const columns = new Map<string, number>();
  const words: { word: string; bits: number }[] = [];
  for (const [feature, list] of Object.entries(WORDS)) {
    for (const word of list) words.push({ word: word.toLowerCase(), bits: FEATURE[feature as keyof typeof WORDS] });
  }
  for (const { word } of words) {
    for (const character of word) {
      if (!columns.has(character)) columns.set(character, columns.size + 1);
    }
  }
  if (columns.size >= 1 << COLUMNS_LOG2) throw new Error('cannot build the word automaton: too many different characters');
  for (const [character, column] of columns) {
    COLUMN[character.charCodeAt(0)] = column;
    COLUMN[character.toUpperCase().charCodeAt(0)] = column;
  }

  const children: Map<number, number>[] = [new Map()];
  const bits: number[] = [0];
  for (const { word, bits: wordBits } of words) {
    let node = 0;
    for (const character of word) {
      const column = columns.get(character) as number;
      let child = children[node]?.get(column);
      if (child === undefined) {
        child = children.length;
        children.push(new Map());
        bits.push(0);
        children[node]?.set(column, child);
      }
      node = child;
    }
    bits[node] = (bits[node] as number) | wordBits;
  }
  if (children.length > 0xffff) throw new Error('cannot build the word automaton: too many states');

  const order = [0];
  const number = new Map<number, number>([[0, 0]]);
  for (let i = 0; i < order.length; i++) {
    for (const child of (children[order[i] as number] as Map<number, number>).values()) {
      number.set(child, order.length);
      order.push(child);
    }
  }
  const next = new Uint16Array(order.length << COLUMNS_LOG2);
  const output = new Int32Array(order.length);
  const fallback = new Uint16Array(order.length);
  for (let state = 0; state < order.length; state++) {
    const node = order[state] as number;
    const back = fallback[state] as number;
    output[state] = (bits[node] as number) | (state === 0 ? 0 : (output[back] as number));
    const row = state << COLUMNS_LOG2;
    if (state !== 0) next.copyWithin(row, back << COLUMNS_LOG2, (back + 1) << COLUMNS_LOG2);
    for (const [column, child] of children[node] as Map<number, number>) {
      const target = number.get(child) as number;
      fallback[target] = state === 0 ? 0 : (next[(back << COLUMNS_LOG2) | column] as number);
      next[row | column] = target;
    }
  }
  return { next, output };
}
