/**
 * Latvia: personal code (personas kods). Birth date, century, serial, check digit modulo 11; those of since 2017 begin with 32 and
 * have neither date nor check digit.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const lvPersonasKods = nationalId({
  name: 'lv-personas-kods',
  shapes: group(6) | bare(11),
  plain: '\\d{6}-?[0-2]\\d{4}|32\\d{4}-?\\d{5}',
  words: ['person\\p{L}*.?kod\\p{L}*'],
  isValid(compact) {
    if (compact.startsWith('32')) return true;
    const check = ((1 + weighted(compact, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10;
    return isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2))) && check === Number(compact[10]);
  },
});
