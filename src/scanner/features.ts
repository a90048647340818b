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
  tilde: 1 << 17, // ~
  pipe: 1 << 18, // |
  question: 1 << 19, // ?
  ampersand: 1 << 20, // &
  semicolon: 1 << 21, // ;
  parenthesis: 1 << 22, // (
  nonAscii: 1 << 23, // a byte above 0x7f
  control: 1 << 24, // below 0x20 except tab, line feed, carriage return; and 0x7f
  secretWord: 1 << 25, // a word that names secrets: password, token, key, sig …
  knownPrefix: 1 << 26, // the beginning of a well-known credential: ghp_, AKIA, eyJ, -----BEGIN …
  schemeWord: 1 << 27, // an authorization scheme, or a program that takes credentials on its command line
} as const;
export type Features = number;

const TOKEN = 1 << 30; // internal: a character of a token run
const REPORTED = (1 << 28) - 1;
const LONG_TOKEN = 20;

const BYTES = new Int32Array(256);
for (let b = 0; b < 256; b++) BYTES[b] = featuresOfByte(b);

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
  let token = 0;
  let slash = -2;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const is = BYTES[byte] as number;
    found |= is;
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[byte] as number)] as number;
    found |= OUTPUT[state] as number;
    if ((is & TOKEN) !== 0) {
      token++;
      if (token >= LONG_TOKEN) found |= FEATURE.longToken;
      if ((is & FEATURE.digit) !== 0) {
        digits++;
        if (digits >= 4) found |= digits >= 8 ? FEATURE.digits8 : FEATURE.digits4;
      } else {
        digits = 0;
      }
    } else {
      token = 0;
      digits = 0;
      if (byte === 0x2f) {
        if (slash === i - 1) found |= FEATURE.slashSlash;
        slash = i;
      }
    }
  }
  return found & REPORTED;
}

/** The same for a string: used for text inside text, where the bytes are gone. */
export function featuresOfText(text: string): Features {
  let found = 0;
  let state = 0;
  let digits = 0;
  let token = 0;
  let slash = -2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const byte = unit > 0x7f ? 0x80 : unit;
    const is = BYTES[byte] as number;
    found |= is;
    state = NEXT[(state << COLUMNS_LOG2) | (COLUMN[byte] as number)] as number;
    found |= OUTPUT[state] as number;
    if ((is & TOKEN) !== 0) {
      token++;
      if (token >= LONG_TOKEN) found |= FEATURE.longToken;
      if ((is & FEATURE.digit) !== 0) {
        digits++;
        if (digits >= 4) found |= digits >= 8 ? FEATURE.digits8 : FEATURE.digits4;
      } else {
        digits = 0;
      }
    } else {
      token = 0;
      digits = 0;
      if (byte === 0x2f) {
        if (slash === i - 1) found |= FEATURE.slashSlash;
        slash = i;
      }
    }
  }
  return found & REPORTED;
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
    case '~':
      return FEATURE.tilde;
    case '|':
      return FEATURE.pipe;
    case '?':
      return FEATURE.question;
    case '&':
      return FEATURE.ampersand;
    case ';':
      return FEATURE.semicolon;
    case '(':
      return FEATURE.parenthesis;
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
