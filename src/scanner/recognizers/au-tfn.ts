/**
 * Australia: tax file number (nine digits, weights modulo 11) and Medicare card number (ten or eleven, weights modulo 10).
 * Both need a name.
 */
import { weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const auTfn = nationalId({
  name: 'au-tfn',
  shapes: group(3) | group(4) | bare(9) | bare(10) | bare(11),
  plain: `\\d{3}(?:${SPACE}|-)\\d{3}(?:${SPACE}|-)\\d{3}|\\d{9}|[2-6]\\d{3}(?:${SPACE}|-)\\d{5}(?:${SPACE}|-)\\d(?:[ /-]\\d)?|[2-6]\\d{9,10}`,
  words: ['tfn', 'tax.?file\\p{L}*', 'medicare'],
  isValid: (compact) =>
    Number(compact) !== 0 &&
    (compact.length === 9
      ? weighted(compact, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0
      : weighted(compact, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(compact[8])),
});
