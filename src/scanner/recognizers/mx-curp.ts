/**
 * Mexico: CURP. Letters of the name, birth date, sex, state, and a check digit modulo 10.
 */
import { isDayOfYear } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_18 } from './number-shapes.ts';

export const mxCurp = nationalId({
  name: 'mx-curp',
  shapes: MIXED_18,
  mayBeginWithLetter: true,
  flags: 'i',
  written: '[A-Z][AEIOUX][A-Z]{2}\\d{2}[01]\\d[0-3]\\d[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\\d]\\d',
  words: ['curp'],
  isValid(compact) {
    if (!isDayOfYear(Number(compact.slice(6, 8)), Number(compact.slice(8, 10)))) return false;
    let sum = 0;
    for (let i = 0; i < 17; i += 1) sum += '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'.indexOf(compact[i]!) * (18 - i);
    return (10 - (sum % 10)) % 10 === Number(compact[17]);
  },
});
