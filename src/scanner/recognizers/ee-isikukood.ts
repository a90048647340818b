/**
 * Estonia and Lithuania: personal code (isikukood, asmens kodas). Sex and century, birth date, serial; check digit modulo 11 by
 * two rows of weights.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const eeIsikukood = nationalId({
  name: 'ee-isikukood',
  shapes: bare(11),
  plain: '[1-8]\\d{10}',
  words: ['isikuk\\p{L}*', 'asmens.?kod\\p{L}*'],
  isValid(compact) {
    let check = weighted(compact, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    if (check === 10) check = (weighted(compact, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
    return isDayOfYear(Number(compact.slice(3, 5)), Number(compact.slice(5, 7))) && check === Number(compact[10]);
  },
});
