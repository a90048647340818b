/**
 * Germany: tax identification number (Steuer-ID, § 139b AO). Eleven digits; of the first ten exactly one occurs twice or
 * three times; check digit ISO/IEC 7064 MOD 11,10.
 */
import { mod11And10 } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const deSteuerId = nationalId({
  name: 'de-steuer-id',
  shapes: group(2) | bare(11),
  written: `[1-9]\\d(?:${SPACE}\\d{3}){3}`,
  plain: '[1-9]\\d{10}',
  words: ['steuer\\p{L}*', 'idnr', 'id-nr', 'idno', 'stid', 'tax'],
  isValid: (compact) => hasOneRepeatedDigit(compact) && mod11And10(compact),
});

function hasOneRepeatedDigit(digits: string): boolean {
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10; i += 1) counts[digits.charCodeAt(i) - 48]! += 1;
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && repeated[0]! <= 3;
}
