/**
 * Poland: PESEL. Birth date with the century in the month, serial, sex, check digit.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const plPesel = nationalId({
  name: 'pl-pesel',
  shapes: bare(11),
  plain: '\\d{11}',
  words: ['pesel'],
  isValid(compact) {
    const check = (10 - (weighted(compact, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
    return check === Number(compact[10]) && isDayOfYear(Number(compact.slice(2, 4)) % 20, Number(compact.slice(4, 6)));
  },
});
