/**
 * Singapore: NRIC and FIN. A letter for century and status, seven digits, a check letter modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_9 } from './number-shapes.ts';

export const sgNric = nationalId({
  name: 'sg-nric',
  shapes: MIXED_9,
  mayBeginWithLetter: true,
  written: '[STFGM]\\d{7}[A-Z]',
  plain: '[stfgm]\\d{7}[a-z]',
  words: ['nric', 'fin', 'identity.?card'],
  isValid(compact) {
    const kind = compact[0]!;
    const rest = (weighted(compact.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (kind === 'T' || kind === 'G' ? 4 : kind === 'M' ? 3 : 0)) % 11;
    return (kind === 'S' || kind === 'T' ? 'JZIHGFEDCBA' : kind === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK')[rest] === compact[8];
  },
});
