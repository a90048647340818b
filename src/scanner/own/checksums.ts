/**
 * The checksums that a recognizer of a policy may name. Each looks at the letters and digits of a match only; those over digits leave
 * letters out of account, so that `E-123455` is checked as 123455.
 */
import { luhn, mod11And10, mod97, verhoeff } from '#scanner/checksum';

/** By name. The argument: ASCII letters in upper case and digits, at least one. */
const BY_NAME: Readonly<Record<string, (compact: string) => boolean>> = {
  luhn: overDigits(luhn),
  verhoeff: overDigits(verhoeff),
  damm: overDigits(damm),
  /** EAN, GTIN, ISBN-13: weights 3 and 1 from the right. */
  'mod10-3': overDigits((digits) => sum(digits, (place) => (place % 2 === 0 ? 1 : 3)) % 10 === 0),
  /** ISBN-10, NHS number and many others: weights 1, 2, 3 … from the right, X at the end is ten. */
  mod11: (compact) => {
    const digits = compact.replaceAll(/[A-WYZ]|X(?!$)/g, '');
    return digits.length > 1 && sum(digits, (place) => place + 1) % 11 === 0;
  },
  /** ISO/IEC 7064 MOD 11-2: ISNI, ORCID, resident numbers of China. */
  'mod11-2': (compact) => {
    const digits = compact.replaceAll(/[A-WYZ]|X(?!$)/g, '');
    let rest = 0;
    for (const digit of digits) rest = (rest * 2 + valueOf(digit)) % 11;
    return digits.length > 1 && rest === 1;
  },
  /** ISO/IEC 7064 MOD 11,10. */
  'mod11-10': overDigits(mod11And10),
  /** ISO/IEC 7064 MOD 97-10 with the check digits at the end, over letters and digits: LEI. */
  mod97: (compact) => compact.length > 2 && mod97(compact.slice(-4) + compact.slice(0, -4)),
  /** The same with the first four characters moved to the end: IBAN, creditor reference. */
  iban: (compact) => compact.length > 4 && mod97(compact),
};

export const CHECKSUMS: readonly string[] = Object.keys(BY_NAME);

/** The named checksum as a question about a match. */
export function checksumOf(name: string): (match: string) => boolean {
  const isRight = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (isRight === undefined) throw new Error('cannot compile a recognizer: its checksum is not known');
  return (match) => {
    const compact = match.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();
    return compact !== '' && isRight(compact);
  };
}

function overDigits(isRight: (digits: string) => boolean): (compact: string) => boolean {
  return (compact) => {
    const digits = compact.replaceAll(/[A-Z]/g, '');
    return digits.length > 1 && isRight(digits);
  };
}

/** Sum of digit × weight; places are counted from 0 at the right. */
function sum(digits: string, weight: (place: number) => number): number {
  let all = 0;
  for (let i = 0; i < digits.length; i++) all += valueOf(digits[i]!) * weight(digits.length - 1 - i);
  return all;
}

function valueOf(digit: string): number {
  return digit === 'X' ? 10 : digit.charCodeAt(0) - 48;
}

/** The quasigroup of order ten by Damm (2004), totally anti-symmetric. */
const QUASIGROUP = ['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134', '8945362017', '9438617205', '2581436790'];

function damm(digits: string): boolean {
  let interim = 0;
  for (const digit of digits) interim = QUASIGROUP[interim]!.charCodeAt(digit.charCodeAt(0) - 48) - 48;
  return interim === 0;
}
