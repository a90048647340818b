/**
 * Belgium: national register number. Birth date, serial, and 97 less the number modulo 97, with a 2 in front for people born
 * since 2000.
 */
import { remainder } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const beNational = nationalId({
  name: 'be-national',
  shapes: group(2) | group(6) | bare(11),
  written: '\\d{2}[. -]\\d{2}[. -]\\d{2}[ -]\\d{3}[. -]\\d{2}|\\d{6}-\\d{3}[.-]\\d{2}',
  plain: '\\d{11}',
  words: ['rijksregister\\p{L}*', 'registre', 'niss', 'insz', 'nrn', 'rrn'],
  isValid(compact) {
    const check = Number(compact.slice(9));
    // Months plus 20 or 40 mark numbers for people outside the register; 00 is an unknown date.
    const month = Number(compact.slice(2, 4)) % 20;
    const body = compact.slice(0, 9);
    return month <= 12 && Number(compact.slice(4, 6)) <= 31 && (97 - remainder(body, 97) === check || 97 - remainder(`2${body}`, 97) === check);
  },
});
