/**
 * Uruguay: identity card number (cédula de identidad). Seven digits and a check digit modulo 10.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { CHAIN_7, bare, group } from './number-shapes.ts';

export const uyCi = nationalId({
  name: 'uy-ci',
  shapes: group(3) | bare(8) | CHAIN_7,
  plain: '\\d\\.\\d{3}\\.\\d{3}-\\d|\\d{7}-\\d|\\d{8}',
  words: ['c[ée]dula', 'c\\.?i\\.?'],
  isValid: (compact) => (10 - (weighted(compact, [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10 === Number(compact[7]),
});
