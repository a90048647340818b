/**
 * Romania: personal numeric code (CNP). Sex and century, birth date, county, serial; check digit modulo 11.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const roCnp = nationalId({
  name: 'ro-cnp',
  shapes: bare(13),
  plain: '[1-9]\\d{12}',
  words: ['c\\.?n\\.?p\\.?', 'cod.?numeric.?personal'],
  isValid(compact) {
    const check = weighted(compact, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return isDayOfYear(Number(compact.slice(3, 5)), Number(compact.slice(5, 7))) && (check === 10 ? 1 : check) === Number(compact[12]);
  },
});
