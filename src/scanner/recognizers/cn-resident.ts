/**
 * China: resident identity number (GB 11643). Region, birth date, serial and a check character modulo 11. All of that
 * together is met by fewer than one in ten thousand numbers of eighteen digits, so it needs no name.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_18, bare } from './number-shapes.ts';

export const cnResident = nationalId({
  name: 'cn-resident',
  shapes: MIXED_18 | bare(18),
  written: '[1-8]\\d{5}(?:19|20)\\d{2}[01]\\d[0-3]\\d{4}[\\dXx]',
  words: [],
  isValid(compact) {
    if (!isDayOfYear(Number(compact.slice(10, 12)), Number(compact.slice(12, 14)))) return false;
    return '10X98765432'[weighted(compact, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === compact[17];
  },
});
