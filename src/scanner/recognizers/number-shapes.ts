/**
 * A first, cheap look at the numbers of a text, shared by all recognizers of national ids: a text without a free-standing
 * number of the right shape costs each of them one test of a bit. The last answer is kept, because they ask one after
 * the other about the same text.
 */
import { isHexCode, isWordCode } from './surroundings.ts';

/** Groups of digits joined by single separators, six digits or more in all; or four groups with letters among them. */
export const CHAIN_6 = 1;
/** The same with nine digits or more. */
export const CHAIN_9 = 2;
/** A run of letters and digits, nine to twenty-one long, with a letter and at least four digits. */
export const MIXED = 4;

/** A run of exactly `length` digits (8 to 19) with no letter, digit or `_` beside it. */
export function bare(length: number): number {
  return 1 << length;
}

let lastText = '';
let lastShapes = 0;

export function shapesOf(text: string): number {
  if (text !== lastText) {
    lastShapes = look(text);
    lastText = text;
  }
  return lastShapes;
}

/** A short mixed group (`2A`, `308T`) may belong to a chain; a longer one ends it, so that most UUIDs are no chain. */
function look(text: string): number {
  let shapes = 0;
  let digitsOfChain = 0;
  let groups = 0;
  let mixedGroups = 0;
  let mixedDigits = 0;
  let i = 0;
  while (i < text.length) {
    const gap = i;
    while (i < text.length && !isWordCode(text.charCodeAt(i))) i += 1;
    i = afterEscape(text, gap, i);
    if (!(i === gap + 1 && isSeparator(text.charCodeAt(gap))) && !(i > gap + 1 && text.charCodeAt(gap) === 37)) digitsOfChain = groups = mixedDigits = mixedGroups = 0;

    const start = i;
    let digits = 0;
    for (; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code >= 48 && code <= 57) digits += 1;
      else if (!isWordCode(code)) break;
    }
    const length = i - start;
    mixedGroups = length > 5 ? 0 : mixedGroups + 1;
    mixedDigits = length > 5 ? 0 : mixedDigits + digits;
    if (mixedGroups >= 4 && mixedDigits >= 6) shapes |= CHAIN_6;
    if (length > 4 && digits < length) {
      if (digits >= 4 && length >= 9 && length <= 21) shapes |= MIXED;
      digitsOfChain = groups = 0;
      continue;
    }
    if (digits === length && length >= 8 && length <= 19) shapes |= bare(length);
    digitsOfChain += digits;
    groups += 1;
    if (groups > 1 && digitsOfChain >= 6) shapes |= digitsOfChain >= 9 ? CHAIN_6 | CHAIN_9 : CHAIN_6;
    if (length > 2 && digits < length) digitsOfChain = groups = 0;
  }
  return shapes;
}

/** Where the word begins once the characters that belong to an escape before it (`%3D`, `%253D`, `\n`, `\u0020`) are passed. */
function afterEscape(text: string, gap: number, index: number): number {
  if (index === gap || index >= text.length) return index;
  const before = text.charCodeAt(index - 1);
  if (before === 92) return Math.min(text.length, text[index] === 'u' ? index + 5 : index + 1);
  if (before !== 37 || !isHexCode(text.charCodeAt(index)) || !isHexCode(text.charCodeAt(index + 1))) return index;
  return text.startsWith('25', index) && isHexCode(text.charCodeAt(index + 2)) && isHexCode(text.charCodeAt(index + 3)) ? index + 4 : index + 2;
}

/** Space, `+` (a space of encoded text), `-`, `.`, `/`. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 43 || code === 45 || code === 46 || code === 47;
}
