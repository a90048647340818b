/**
 * Italy: codice fiscale. Sixteen letters and digits with a check letter (D.M. 23 December 1976); letters may stand for digits
 * where two people would share a code.
 */
import { SPACE, nationalId } from './national-id.ts';
import { CAPITALS_IN_CHAIN, MIXED_16 } from './number-shapes.ts';

/** Values of A–Z (and 0–9 as the first ten) on odd places. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export const itCodiceFiscale = nationalId({
  name: 'it-codice-fiscale',
  shapes: MIXED_16 | CAPITALS_IN_CHAIN,
  mayBeginWithLetter: true,
  flags: 'i',
  written: `[A-Z]{6}[\\dLMNP-V]{2}[A-EHLMPR-T][\\dLMNP-V]{2}[A-Z][\\dLMNP-V]{3}[A-Z]|[A-Z]{3}${SPACE}[A-Z]{3}${SPACE}[\\dLMNP-V]{2}[A-EHLMPR-T][\\dLMNP-V]{2}${SPACE}[A-Z][\\dLMNP-V]{3}[A-Z]`,
  words: ['codice', 'fiscale', 'cf'],
  isValid(compact) {
    let sum = 0;
    for (let i = 0; i < 15; i += 1) {
      const place = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(compact[i]!);
      const value = place < 10 ? place : place - 10;
      sum += i % 2 === 0 ? ODD[value]! : value;
    }
    return compact.charCodeAt(15) - 65 === sum % 26;
  },
});
