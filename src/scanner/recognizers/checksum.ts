/**
 * Check digits of the numbers people are known by. All functions take ASCII digits (already stripped of separators)
 * and say whether the last of them, or the named one, is right. Nothing here looks at length or issuer: the callers do.
 */

/** ISO/IEC 7812-1 Annex B, the "Luhn" formula: payment cards, Swedish, Canadian and South African numbers. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i -= 1, double = !double) {
    const digit = digits.charCodeAt(i) - 48;
    sum += !double ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** The sum of digit × weight over the first `weights.length` digits. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += (digits.charCodeAt(i) - 48) * weights[i]!;
  return sum;
}

/** The number that the digits spell, modulo `modulus`, without needing it to fit a double. */
export function remainder(digits: string, modulus: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i += 1) rest = (rest * 10 + digits.charCodeAt(i) - 48) % modulus;
  return rest;
}

/** ISO/IEC 7064 MOD 97-10 over letters and digits (A = 10 … Z = 35), first four characters moved to the end (ISO 13616). */
export function mod97(compact: string): boolean {
  let rest = 0;
  for (let i = 0; i < compact.length; i += 1) {
    const code = compact.charCodeAt((i + 4) % compact.length);
    rest = code <= 57 ? (rest * 10 + code - 48) % 97 : (rest * 100 + (code & 0xdf) - 55) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7064 MOD 11,10: the German tax identification number. */
export function mod11And10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i += 1) {
    const sum = (digits.charCodeAt(i) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.charCodeAt(digits.length - 1) - 48;
}

const DIHEDRAL = [
  '0123456789', '1234067895', '2340178956', '3401289567', '4012395678',
  '5987604321', '6598710432', '7659821043', '8765932104', '9876543210',
];
const PERMUTATION = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** Verhoeff's formula over the dihedral group of order ten: the Indian Aadhaar number. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    check = DIHEDRAL[check]!.charCodeAt(PERMUTATION[i % 8]!.charCodeAt(digit) - 48) - 48;
  }
  return check === 0;
}

/** Whether day and month name a day of a calendar; the year is not asked, so 29 February always passes. */
export function isDayOfYear(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}
