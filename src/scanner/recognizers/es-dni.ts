/**
 * Spain: identity number of citizens (DNI) and of foreigners (NIE). A letter that the number modulo 23 chooses.
 */
import { nationalId } from './national-id.ts';
import { CHAIN_7, DOTTED, MIXED_9, bare } from './number-shapes.ts';

export const esDni = nationalId({
  name: 'es-dni',
  shapes: MIXED_9 | bare(8) | CHAIN_7 | DOTTED,
  mayBeginWithLetter: true,
  written: '\\d{8}-?[A-HJ-NP-TV-Z]|\\d{2}\\.\\d{3}\\.\\d{3}-?[A-HJ-NP-TV-Z]|[XYZ]-?\\d{7}-?[A-HJ-NP-TV-Z]',
  plain: '\\d{8}[- ]?[A-HJ-NP-TV-Za-hj-np-tv-z]|[xyzXYZ][- ]?\\d{7}[- ]?[A-HJ-NP-TV-Za-hj-np-tv-z]',
  words: ['dni', 'nie', 'nif', 'documento', 'identidad'],
  isValid(compact) {
    const number = Number(compact.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2'));
    return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === compact.at(-1);
  },
});
