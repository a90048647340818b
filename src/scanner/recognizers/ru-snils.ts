/**
 * Russia: pension insurance number (СНИЛС). Nine digits and a check number modulo 101.
 */
import { weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const ruSnils = nationalId({
  name: 'ru-snils',
  shapes: group(3) | bare(11),
  written: `\\d{3}-\\d{3}-\\d{3}(?:${SPACE}|-)\\d{2}`,
  plain: '\\d{11}',
  words: ['снилс', 'snils'],
  isValid: (compact) => (weighted(compact, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(compact.slice(9)),
});
