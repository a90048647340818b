/**
 * A first, cheap look at the numbers of a text, shared by the recognizers of national ids, cards, bank accounts and phones: most
 * texts have digits, few have digits in the shape of one of these. The last answer is kept, because they ask one after the
 * other about the same text.
 *
 * A chain is a row of words joined by single separators (space, `+`, `-`, `.`, `/`, or an escape such as `%20`): digits, or
 * letters and digits of at most five, or letters of at most three.
 */
import { isHexCode } from './surroundings.ts';

/** A chain of eight digits or more whose only separators are dots, as decimals are, too, and no group but the first of one digit, as versions have. */
export const DOTTED = 1;
/** Bits 1 to 7: a group of so many digits in a chain of nine digits or more, with other separators than dots. */
export function group(length: number): number {
  return 1 << length;
}
/** Bits 8 to 19: so many digits with no letter, digit or `_` beside them. */
export function bare(length: number): number {
  return 1 << length;
}
/** Words of nine letters and digits with at least six digits: `AB123456C`, `12345678Z`. */
export const MIXED_9 = 1 << 20;
/** Letters and then twelve digits or more: `PAN4111111111111111`. */
export const LETTERS_THEN_DIGITS = 1 << 21;
/** Eleven with nine digits or more: `131052A308T`. */
export const MIXED_11 = 1 << 22;
/** Fifteen with thirteen digits or more: `253072B07300470`. */
export const MIXED_15 = 1 << 23;
/** Sixteen that begin with six letters: `RCCMNL83S18D969H`. */
export const MIXED_16 = 1 << 24;
/** Eighteen with seventeen digits, or that begin with four letters and six digits. */
export const MIXED_18 = 1 << 25;
/** A chain with six digits or more and a word that begins with a capital: `AB 12 34 56 C`, `12.ABC.345/01DE-35`. */
export const CAPITALS_IN_CHAIN = 1 << 26;
/** A chain of twelve digits or more, not of dots alone. */
export const CHAIN_12 = 1 << 27;
/** A chain of seven digits or more, in two groups or more, not of dots alone. */
export const CHAIN_7 = 1 << 28;
/** Two letters and two digits that begin a word of fifteen or more, or a chain. */
export const COUNTRY_AND_CHECK = 1 << 29;
/** Ten with nine digits: `A123456789`. */
export const MIXED_10 = 1 << 30;

const OTHER = 0;
const DIGIT = 1;
const LETTER = 2; // and `_`
const SEPARATOR = 3;
const CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  CLASS[code] = /\d/.test(character) ? DIGIT : /\w/.test(character) ? LETTER : /[ +\-./]/.test(character) ? SEPARATOR : OTHER;
}

/** RFC 9562, with a letter in it; its groups of digits are nobody's number. */
const UUID = /(?=[\d-]{0,35}[A-Fa-f])[\dA-Fa-f]{8}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{12}(?!\w)/y;

let lastText = '';
let lastShapes = 0;

export function shapesOf(text: string): number {
  if (text !== lastText) {
    lastShapes = look(text);
    lastText = text;
  }
  return lastShapes;
}

function classAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 128 ? CLASS[code]! : OTHER; // NaN past the end is OTHER too
}

function look(text: string): number {
  const end = text.length;
  let shapes = 0;
  let digitsOfChain = 0;
  let groups = 0;
  let lengths = 0;
  let hasCapital = false;
  let hasSingle = false; // a group of one digit that is not the first, as in versions
  let isDotted = true;
  let i = 0;
  while (i < end) {
    const gapStart = i;
    let kind = classAt(text, i);
    while (kind !== DIGIT && kind !== LETTER && ++i < end) kind = classAt(text, i);
    if (i >= end) break;
    const separator = i === 0 ? 0 : text.charCodeAt(i - 1);
    let separates = i - gapStart === 1 && CLASS[separator & 127] === SEPARATOR && separator < 128;
    if (separator === 37 || separator === 92) {
      i = afterEscape(text, i, separator);
      separates = i - gapStart <= 6;
    }

    UUID.lastIndex = i;
    if (text.charCodeAt(i + 8) === 45 && text.charCodeAt(i + 13) === 45 && UUID.test(text)) {
      i += 36;
      digitsOfChain = groups = lengths = 0;
      hasCapital = hasSingle = false;
      isDotted = true;
      continue;
    }
    const start = i;
    let digits = 0;
    let capitals = 0;
    for (; i < end; i += 1) {
      const code = text.charCodeAt(i);
      kind = code < 128 ? CLASS[code]! : OTHER;
      if (kind === DIGIT) digits += 1;
      else if (kind !== LETTER) break;
      else if (code < 91) capitals += 1;
    }
    const length = i - start;
    if (!separates) {
      digitsOfChain = groups = lengths = 0;
      hasCapital = hasSingle = false;
      isDotted = true;
    }
    if (length === 0) continue;
    if (digits < length && (length > 5 || (digits === 0 && length > 3))) {
      if (digits > 1) shapes |= shapeOfMixed(text, start, length, digits);
      digitsOfChain = groups = lengths = 0;
      hasCapital = hasSingle = false;
      isDotted = true;
      continue;
    }
    if (groups > 0 && separator !== 46 && digits > 0) isDotted = false;
    if (digits === length) {
      if (length === 1 && groups > 0) hasSingle = true;
      if (length < 8) lengths |= 1 << length;
      else if (length < 20 && !(groups > 0 && separator === 46)) shapes |= 1 << length;
    } else {
      if (capitals > 0) hasCapital = true;
      if (length === 4 && digits === 2 && lettersAt(text, start) === 2) shapes |= COUNTRY_AND_CHECK;
    }
    digitsOfChain += digits;
    if (digits > 0 || length === 1) groups += 1;
    if (digitsOfChain < 6 || groups < 2) continue;
    if (hasCapital) shapes |= CAPITALS_IN_CHAIN;
    if (isDotted) {
      if (digitsOfChain >= 8 && !hasSingle) shapes |= DOTTED;
      continue;
    }
    if (digitsOfChain >= 9) shapes |= lengths;
    if (digitsOfChain >= 7) shapes |= CHAIN_7;
    if (digitsOfChain >= 12) shapes |= CHAIN_12;
  }
  return shapes;
}

function shapeOfMixed(text: string, start: number, length: number, digits: number): number {
  let shapes = 0;
  if (length >= 15 && classAt(text, start) === LETTER && classAt(text, start + 1) === LETTER && classAt(text, start + 2) === DIGIT && classAt(text, start + 3) === DIGIT) shapes = COUNTRY_AND_CHECK;
  if (digits >= 12 && lettersAt(text, start) === length - digits) shapes |= LETTERS_THEN_DIGITS;
  switch (length) {
    case 9:
      return digits >= 6 ? shapes | MIXED_9 : shapes;
    case 10:
      return digits === 9 ? shapes | MIXED_10 : shapes;
    case 11:
      return digits >= 9 ? shapes | MIXED_11 : shapes;
    case 15:
      return digits >= 13 ? shapes | MIXED_15 : shapes;
    case 16:
      return lettersAt(text, start) === 6 ? shapes | MIXED_16 : shapes;
    case 18:
      return digits === 17 || lettersAt(text, start) === 4 ? shapes | MIXED_18 : shapes;
    default:
      return shapes;
  }
}

/** How many letters stand in a row from `start`. */
function lettersAt(text: string, start: number): number {
  let i = start;
  while (classAt(text, i) === LETTER) i += 1;
  return i - start;
}

/** Where the word begins once the characters that belong to an escape before it (`%3D`, `%253D`, `\n`, `\u0020`) are passed. */
function afterEscape(text: string, index: number, escape: number): number {
  if (escape === 92) return Math.min(text.length, text[index] === 'u' ? index + 5 : index + 1);
  if (!isHexCode(text.charCodeAt(index)) || !isHexCode(text.charCodeAt(index + 1))) return index;
  return text.startsWith('25', index) && isHexCode(text.charCodeAt(index + 2)) && isHexCode(text.charCodeAt(index + 3)) ? index + 4 : index + 2;
}
