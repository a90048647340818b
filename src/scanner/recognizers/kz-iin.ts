/**
 * Kazakhstan: individual identification number (ИИН). Birth date, century and sex, serial; check digit modulo 11 by two rows of weights.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const kzIin = nationalId({
  name: 'kz-iin',
  shapes: bare(12),
  plain: '\\d{6}[1-6]\\d{5}',
  words: ['иин', 'жсн', 'iin'],
  isValid(compact) {
    let check = weighted(compact, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    if (check === 10) check = weighted(compact, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
    return isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(4, 6))) && check === Number(compact[11]);
  },
});
