/**
 * Hungary: social insurance number (TAJ). Nine digits, check digit modulo 10.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const huTaj = nationalId({
  name: 'hu-taj',
  shapes: group(3) | bare(9),
  plain: '\\d{9}|\\d{3}[ -]\\d{3}[ -]\\d{3}',
  words: ['taj', 'taj.?sz[áa]m\\p{L}*', 't[áa]rsadalombiztos[íi]t\\p{L}*'],
  isValid: (compact) => weighted(compact, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === Number(compact[8]),
});
