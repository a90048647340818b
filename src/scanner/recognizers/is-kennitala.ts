/**
 * Iceland: kennitala. Birth date, serial, check digit modulo 11, century.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const isKennitala = nationalId({
  name: 'is-kennitala',
  shapes: group(6) | bare(10),
  plain: '[0-3]\\d{5}-?\\d{3}[089]',
  words: ['kennital\\p{L}*', 'kt'],
  isValid(compact) {
    const check = (11 - (weighted(compact, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2))) && check === Number(compact[8]);
  },
});
