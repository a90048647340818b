/**
 * Austria: social insurance number. Serial, check digit modulo 11, birth date.
 */
import { weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const atSvnr = nationalId({
  name: 'at-svnr',
  shapes: group(6) | bare(10),
  plain: `[1-9]\\d{3}${SPACE}?\\d{6}`,
  words: ['sozialversicherung\\p{L}*', 'svnr', 'sv.?n(?:r|ummer)', 'versicherungsnummer', 'vsnr'],
  isValid(compact) {
    const check = weighted(compact, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    // Where serials ran out the month goes up to fifteen.
    const month = Number(compact.slice(6, 8));
    return check === Number(compact[3]) && Number(compact.slice(4, 6)) <= 31 && month >= 1 && month <= 15;
  },
});
