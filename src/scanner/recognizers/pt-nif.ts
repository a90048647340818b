/**
 * Portugal: tax number (NIF). Nine digits, the last one a check digit modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const ptNif = nationalId({
  name: 'pt-nif',
  shapes: group(3) | bare(9),
  plain: '[1235689]\\d{8}|[1235689]\\d{2} \\d{3} \\d{3}',
  words: ['n\\.?i\\.?f\\.?', 'nipc', 'contribuinte', 'fiscal'],
  isValid(compact) {
    const check = 11 - (weighted(compact, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return (check > 9 ? 0 : check) === Number(compact[8]);
  },
});
