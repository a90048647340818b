/**
 * Argentina: CUIL and CUIT. Kind, number of the identity card, check digit modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const arCuil = nationalId({
  name: 'ar-cuil',
  shapes: group(2) | bare(8) | bare(11),
  written: '(?:2[03-7]|3[034])-\\d{8}-\\d',
  plain: '(?:2[03-7]|3[034])\\d{9}',
  words: ['cuil', 'cuit', 'clave.?[úu]nica\\p{L}*'],
  isValid(compact) {
    const check = 11 - (weighted(compact, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
    return (check === 11 ? 0 : check === 10 ? 9 : check) === Number(compact[10]);
  },
});
