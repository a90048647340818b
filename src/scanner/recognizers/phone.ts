/**
 * Telephone numbers. Believed by their form alone: international numbers (`+49 151 12345678`, ITU-T E.164, with a country
 * code that exists and a length it can have), `tel:` and `sms:` links, and North American numbers with the area code in parentheses.
 * Other national forms need separators and a name nearby or a key of personal data; bare digits need a name directly
 * before them or such a key.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { CHAIN_7, DOTTED, bare, shapesOf } from './number-shapes.ts';
import { forEachToken, forEachTokenAt, isDigitCode, isFreeAfter, isNamed, isWordCode, naming, startsOfNumbers } from './surroundings.ts';

/** Digits of an E.164 number, country code included (§6.2.1); under eight no country reaches. */
const DIGITS_MAX = 15;
const DIGITS_MIN = 8;

/** Country codes in use: two digits, the others three; 1 and 7 are one digit. */
const TWO = new Set('20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(' '));
const THREE = /^(?:21[1-368]|2[2-4]\d|25[0-8]|26\d|29[01789]|35\d|37\d|38[0-25-79]|42[013]|50\d|59\d|67[02-9]|68[0-35-9]|69[0-2]|8[05]\d|87[08]|88[0-36-8]|96[0-8]|97[0-79]|99[2-68])/;

const NAMES = naming(['phone\\p{L}*', 'm[óo]vil', 'celular', 'cellulare', 'portable', 'gsm', 'call(?:ed|ing)?', 'dial(?:ed)?', 'text(?:ed)?', 'tele?phone\\p{L}*', 'telefon\\p{L}*', 'tele?fono', 't[ée]l[ée]phone', 'tel', 'mobile?\\p{L}*', 'cell(?:ular|phone)?', 'fax', 'call(?:er|ee|back)', 'sms', 'whats.?app', 'handy\\p{L}*', 'rufnummer', 'msisdn', 'hotline', 'puhelin', '電話', '电话', '手机', '전화']);
/** A quick answer for the texts that have numbers but are not about phones. */
const NAMED_ANYWHERE = /phone|tel|mobil|movil|celu|gsm|dial|text|cell|fax|call|sms|whats|handy|rufnummer|msisdn|hotline|puhelin|[^\x00-\x7f]/i;
const SHAPES = CHAIN_7 | DOTTED | bare(8) | bare(9) | bare(10) | bare(11) | bare(12) | bare(13) | bare(14) | bare(15);
const NAMED_DIRECTLY =
  /(?:phone|mobile|msisdn|whatsapp|telefon[oe]?|rufnummer|(?<![a-z])(?:tel|cell|fax|sms|handy|caller|callee))(?:[-_. ]?(?:no|nr|num|number|e164|home|work|mobile|primary|id|to|from|\d))?["'\]]{0,2}\s{0,2}(?:[:=]|=>|%3[AaDd]|is)?\s{0,2}["'[]{0,2}$/i;

export const phone: Recognizer = {
  id: 'phone',
  kind: 'phone',
  needs: FEATURE.digit | FEATURE.plus,
  find(text, keyClass, mark) {
    if ((keyClass & KEY.identifier) !== 0) return;
    for (let plus = text.indexOf('+'); plus !== -1; plus = text.indexOf('+', plus + 1)) {
      if (!isDigitCode(text.charCodeAt(plus + 1)) || !mayPrecede(text, plus)) continue;
      const end = endOfNumber(text, plus + 1);
      if (end !== -1) mark(plus, end);
    }
  },
};

/** `%2B49…`: the plus sign of encoded text. */
export const phonePercentEncoded: Recognizer = {
  id: 'phone.percent-encoded',
  kind: 'phone',
  needs: FEATURE.percent | FEATURE.digit,
  find(text, keyClass, mark) {
    if ((keyClass & KEY.identifier) !== 0) return;
    for (const match of text.matchAll(/%(?:25)?2[Bb](?=\d)/g)) {
      const end = endOfNumber(text, match.index + match[0].length);
      if (end !== -1 && mayPrecede(text, match.index)) mark(match.index, end);
    }
  },
};

const NATIONAL_NANP = new RegExp(`\\([2-9]\\d{2}\\) ?[2-9]\\d{2}[-. ]\\d{4}(?![\\w]|[.-]\\d)`, 'g');
const NATIONAL = new RegExp(`(?:\\(0?\\d{2,5}\\)|1(?=-[2-9]\\d\\d-)|\\d{2,5})[ ./-]\\d{2,8}(?:[ ./-]\\d{2,8}){0,4}(?![\\w]|[.:-]\\d)`, 'g');
const NATIONAL_AT = new RegExp(NATIONAL.source, 'y');
const BARE = /\d{8,15}(?!\w|\.\d)/y;

export const phoneNational: Recognizer = {
  id: 'phone.national',
  kind: 'phone',
  needs: FEATURE.number,
  find(text, keyClass, mark) {
    const personal = (keyClass & KEY.personal) !== 0;
    if ((keyClass & KEY.identifier) !== 0 || (shapesOf(text) & SHAPES) === 0 || !(personal || text.includes('(') || NAMED_ANYWHERE.test(text))) return;
    const hasBrackets = text.includes('(');
    if (hasBrackets) forEachToken(text, NATIONAL_NANP, mark);
    let last = 0;
    const national = (start: number, end: number): void => {
      const number = text.slice(start, end);
      if (!(isNationalNumber(number) || (/^\(?[2-9]\d\d\)?[. -][2-9]\d\d[. -]\d{4}$/.test(number))) || isAfterPlus(text, start) || /^\([2-9]\d\d\) ?[2-9]\d\d[-. ]\d{4}$/.test(number)) return;
      if (personal || isNamed(text, start, start, NAMES)) mark(start, (last = end));
    };
    if (hasBrackets) forEachToken(text, NATIONAL, national);
    else forEachTokenAt(text, startsOfNumbers(text), NATIONAL_AT, national);
    forEachTokenAt(text, startsOfNumbers(text), BARE, (start, end) => {
      if (start < last || isAfterPlus(text, start)) return;
      if (personal || NAMED_DIRECTLY.test(text.slice(Math.max(0, start - 32), start))) mark(start, end);
    });
  },
};

/** Nothing that makes the plus an operator or a part of base64 or of encoded text may stand before it. */
function mayPrecede(text: string, index: number): boolean {
  if (index === 0) return true;
  const before = text.charCodeAt(index - 1);
  if (before === 43 || before === 41 || before === 93) return false;
  return !isWordCode(before) || /(?:%(?:25)?[0-9A-Fa-f]{2}|\\[nrt])$/.test(text.slice(Math.max(0, index - 5), index));
}

/** The end of the number whose country code begins at `start`, or -1. Single separators and one pair of parentheses may stand in it. */
function endOfNumber(text: string, start: number): number {
  let digits = '';
  let end = -1;
  let groups = 1;
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (isDigitCode(code)) {
      digits += text[i];
      i += 1;
      if (digits.length > DIGITS_MAX) return -1;
      if (!isDigitCode(text.charCodeAt(i))) end = i;
      continue;
    }
    // A separator counts only if digits follow; `-extension` and the next word do not belong.
    const next = /^(?: ?\(0?\d{1,4}\) ?|[ .\-/](?=\d)|%20(?=\d)|[ -]{2}(?=\d))/.exec(text.slice(i, i + 12));
    if (next === null || groups > 7) break;
    groups += 1;
    for (const character of next[0].replace('(0)', '')) {
      if (character >= '0' && character <= '9' && next[0] !== '%20') digits += character;
    }
    i += next[0].length;
    if (next[0].includes('(')) end = i;
  }
  if (end === -1 || !isFreeAfter(text, end) || /^[.:]\d/.test(text.slice(end, end + 2))) return -1;
  return isInternational(digits) ? end : -1;
}

/** Digits that begin with a country code in use and have a length that numbers of this country can have. */
export function isInternational(digits: string): boolean {
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX) return false;
  if (digits.startsWith('1')) return digits.length === 11 && /^1[2-9]\d\d[2-9]/.test(digits);
  if (digits.startsWith('7')) return digits.length === 11 && /^7[3-9]/.test(digits);
  if (TWO.has(digits.slice(0, 2))) return digits.length >= 9;
  return THREE.test(digits);
}

/** Seven to fifteen digits that are no date, no time, no IP address and no decimal. */
function isNationalNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').length;
  if (digits < 7 || digits > DIGITS_MAX) return false;
  if (/^(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d\b/.test(text) || /^[0-3]?\d[-./][01]?\d[-./](?:19|20)\d\d\b/.test(text)) return false;
  return !/^\d{1,3}(?:\.\d{1,3}){3}$|^\d+\.\d+$/.test(text);
}

function isAfterPlus(text: string, index: number): boolean {
  return index > 0 && (text[index - 1] === '+' || /%(?:25)?2[Bb]$/.test(text.slice(Math.max(0, index - 5), index)));
}
