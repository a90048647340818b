/**
 * Slovenia, Serbia, Bosnia, Montenegro, North Macedonia: EMŠO and JMBG. Birth date, region, serial; check digit modulo 11.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const siEmso = nationalId({
  name: 'si-emso',
  shapes: bare(13),
  plain: '[0-3]\\d{3}[90]\\d{8}',
  words: ['em[šs]o', 'jmbg', 'jmb', 'embg', 'матичн\\p{L}*', 'mati[čc]n\\p{L}*', 'ј?мбг'],
  isValid(compact) {
    const check = 11 - (weighted(compact, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
    return isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2))) && (check === 11 ? 0 : check) === Number(compact[12]);
  },
});
