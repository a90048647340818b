/**
 * Norway: fødselsnummer and D-number (day plus 40). Two check digits modulo 11.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const noFodselsnummer = nationalId({
  name: 'no-fodselsnummer',
  shapes: group(6) | bare(11),
  written: `[0-7]\\d{5}${SPACE}\\d{5}`,
  plain: '[0-7]\\d{10}|[0-7]\\d{5}-\\d{5}',
  words: ['f[øo]dsel\\p{L}*', 'fnr', 'd.?nummer', 'person\\p{L}*'],
  isValid(compact) {
    const first = (11 - (weighted(compact, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
    const second = (11 - (weighted(compact, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    const month = Number(compact.slice(2, 4));
    return (
      first === Number(compact[9]) && second === Number(compact[10]) &&
      isDayOfYear(month > 40 ? month - 40 : month, Number(compact.slice(0, 2)) % 40)
    );
  },
});
