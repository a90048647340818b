/**
 * New Zealand: number of the Inland Revenue (IRD). Eight or nine digits, check digit modulo 11 by two rows of weights.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const nzIrd = nationalId({
  name: 'nz-ird',
  shapes: group(3) | bare(8) | bare(9),
  plain: '\\d{8,9}|\\d{2,3}-\\d{3}-\\d{3}',
  words: ['ird', 'inland.?revenue'],
  isValid(compact) {
    const digits = compact.padStart(9, '0');
    let check = 11 - (weighted(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11);
    if (check === 10) check = 11 - (weighted(digits, [7, 4, 3, 2, 5, 2, 7, 6]) % 11);
    return Number(digits) > 10_000_000 && (check === 11 ? 0 : check) === Number(digits[8]);
  },
});
