/**
 * Payment card numbers (ISO/IEC 7812): 13 to 19 digits, alone or in groups, with an issuer's prefix, a length that this
 * issuer uses, and a right Luhn digit. One random number in about forty of sixteen digits passes all that, so the
 * surroundings count too: a number inside a longer token, a decimal, a UUID or a hash is none. Lengths that are hardly
 * used but are those of clocks and ids (Visa with 13 and 19, Maestro besides 16) need a name or a key of personal data.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { luhn } from './checksum.ts';
import { CHAIN_12, LETTERS_THEN_DIGITS, bare, shapesOf } from './number-shapes.ts';
import { endsEscape, isDigitCode, isNamed, isWordCode, naming } from './surroundings.ts';

const DIGITS_MIN = 12;
const DIGITS_MAX = 19;
const SHAPES = CHAIN_12 | bare(12) | bare(13) | bare(14) | bare(15) | bare(16) | bare(17) | bare(18) | bare(19) | LETTERS_THEN_DIGITS;

/** Prefixes and lengths of issuers; `named` lengths count only with a name nearby. First match wins. */
const ISSUERS: readonly { readonly prefix: RegExp; readonly lengths: readonly number[]; readonly named?: readonly number[] }[] = [
  { prefix: /^4/, lengths: [16], named: [13, 18, 19] }, // Visa
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] }, // Mastercard
  { prefix: /^3[47]/, lengths: [15] }, // American Express
  { prefix: /^3(?:0[0-5]|095|[689])/, lengths: [14, 16], named: [15, 17, 18, 19] }, // Diners Club
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16], named: [17, 18, 19] }, // JCB
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16], named: [17, 18, 19] }, // Discover, Elo, RuPay
  { prefix: /^62/, lengths: [16, 19], named: [17, 18] }, // UnionPay
  { prefix: /^81/, lengths: [16], named: [17, 18, 19] }, // UnionPay
  { prefix: /^(?:5018|5019|5020|5038|5612|5893|6304|6759|676[1-3]|0604|6390|60[48]|50)/, lengths: [16], named: [12, 13, 14, 15, 17, 18, 19] }, // Maestro, Dankort, RuPay, Verve
  { prefix: /^220[0-4]/, lengths: [16], named: [17, 18, 19] }, // Mir
  { prefix: /^9792/, lengths: [16] }, // Troy
  { prefix: /^(?:6|5[06-9])/, lengths: [], named: [12, 13, 14, 15, 16, 17, 18, 19] }, // the rest of Maestro
];

const NAMES = naming(['(?:credit|debit|payment|bank)?.?cards?(?:.?(?:no|nr|num|number))?', 'pan', 'cc', 'ccn(?:um)?', 'cc.?(?:no|num|number)', 'visa', 'master.?card', 'amex', 'american.express', 'maestro', 'discover', 'jcb', 'diners', 'union.?pay', 'kreditkarte\\p{L}*', 'tarjeta', 'carte', 'cart[aã]o', 'karte\\p{L}*', 'account.?number']);

export const card: Recognizer = {
  id: 'card',
  kind: 'card',
  needs: FEATURE.number,
  find(text, keyClass, mark) {
    if ((keyClass & KEY.identifier) !== 0 || (shapesOf(text) & SHAPES) === 0) return;
    for (let i = 0; i < text.length; i += 1) {
      if (!isDigitCode(text.charCodeAt(i))) continue;
      const end = endOfGroups(text, i, (start, groupsEnd, digits) => {
        if (!luhn(digits)) return false;
        const named = (): boolean => (keyClass & KEY.personal) !== 0 || isNamed(text, start, groupsEnd, NAMES);
        if (!isCardNumber(digits) && !(isCardNumber(digits, true) && named())) return false;
        if (!standsAlone(text, start, groupsEnd, named)) return false;
        mark(start, groupsEnd);
        return true;
      });
      i = end - 1;
    }
  },
};

/**
 * Whether digits alone (no separators) are a card number. With `named`, lengths count that only a name nearby makes
 * believable.
 */
export function isCardNumber(digits: string, named = false): boolean {
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX) return false;
  const issuer = ISSUERS.find(({ prefix }) => prefix.test(digits));
  if (issuer === undefined || !(issuer.lengths.includes(digits.length) || (named && issuer.named?.includes(digits.length) === true))) return false;
  return luhn(digits) && !/^(\d)\1*$/.test(digits);
}

/** Whether digits may be the beginning of a card number. */
export function couldBeCard(digits: string): boolean {
  return digits.length < DIGITS_MAX && !/^(\d)\1*$/.test(digits) && ISSUERS.some(({ prefix, lengths }) => prefix.test(digits) && lengths.some((length) => length >= digits.length));
}

/**
 * Follows groups of digits joined by one space, hyphen, `%20` or `+` from `start`, offers the candidate, and returns
 * where to look on. In a longer chain of groups each is a possible beginning.
 */
function endOfGroups(text: string, start: number, offer: (start: number, end: number, digits: string) => boolean): number {
  let i = start;
  while (isDigitCode(text.charCodeAt(i))) i += 1;
  if (i - start < DIGITS_MIN && separatorAt(text, i) === '') return i;
  const starts: number[] = [];
  const ends: number[] = [];
  let separator = '';
  i = start;
  for (;;) {
    const groupStart = i;
    while (i < text.length && isDigitCode(text.charCodeAt(i))) i += 1;
    starts.push(groupStart);
    ends.push(i);
    const next = separatorAt(text, i);
    if (next === '' || (separator !== '' && next !== separator) || !isDigitCode(text.charCodeAt(i + next.length))) break;
    separator = next;
    i += next.length;
  }
  for (let first = 0; first < starts.length; first += 1) {
    let digits = '';
    for (let last = first; last < starts.length && last < first + 6 && ends[last]! - starts[last]! <= DIGITS_MAX; last += 1) {
      digits += text.slice(starts[last], ends[last]);
      if (digits.length > DIGITS_MAX) break;
      if (digits.length >= DIGITS_MIN && isGrouping(starts, ends, first, last) && offer(starts[first]!, ends[last]!, digits)) {
        first = last;
        break;
      }
    }
  }
  return i;
}

function separatorAt(text: string, index: number): string {
  const code = text.charCodeAt(index);
  return code === 0x20 ? ' ' : code === 0x2d ? '-' : code === 0x2b ? '+' : code === 0x25 && text.startsWith('%20', index) ? '%20' : '';
}

/** One run, or groups as printed on cards: fours with a rest, 4-6-5, 4-6-4, 6-13. */
function isGrouping(starts: readonly number[], ends: readonly number[], first: number, last: number): boolean {
  if (first === last) return true;
  let shape = '';
  for (let g = first; g <= last; g += 1) shape += ends[g]! - starts[g]! > 9 ? 'x' : String(ends[g]! - starts[g]!);
  return /^4{3,4}[1-4]?$/.test(shape) || shape === '465' || shape === '464' || shape === '445' || shape === '6x' || shape === '88';
}

function standsAlone(text: string, start: number, end: number, named: () => boolean): boolean {
  const after = text.charCodeAt(end);
  const isWholeDouble = text.startsWith('.0', end) && !isWordCode(text.charCodeAt(end + 2));
  if (isWordCode(after) || (!isWholeDouble && /[.\-:]/.test(text[end] ?? '') && isWordCode(text.charCodeAt(end + 1)) && !(text[end] === ':' && named()))) return false;
  if (start === 0 || endsEscape(text, start)) return true;
  const before = text[start - 1]!;
  if (before === ':' && text.lastIndexOf('arn:', start) >= Math.max(0, start - 60)) return false; // account numbers of Amazon, arn:aws:ecs:eu-west-1:123456789012:task
  if (!isWordCode(text.charCodeAt(start - 1)) && !'.-+'.includes(before)) return true;
  if (before === '+') return start >= 2 && !/[\s=:,(]/.test(text[start - 2]!); // `+4…` is a phone number, `a+4…` encoded text
  if (before === 'B' && text[start - 2] === '%') return true; // track 1 of a magnetic stripe, ISO/IEC 7813
  // `card-4111…`, `PAN4111…`: a word without digits that names a card.
  return before !== '.' && !/[\d.]/.test(text[start - 2] ?? '') && named() && /(?:card|pan|cc|visa|mastercard|amex|number|nr|no)[-_]?$/i.test(text.slice(Math.max(0, start - 12), start));
}
