/**
 * Korea: resident registration number. Birth date, a digit for sex and century, check digit modulo 11.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const krRrn = nationalId({
  name: 'kr-rrn',
  shapes: group(6) | bare(13),
  written: '\\d{2}[01]\\d[0-3]\\d-[1-8]\\d{6}',
  plain: '\\d{2}[01]\\d[0-3]\\d-?[0-9]\\d{6}',
  words: ['rrn', 'resident', 'jumin\\p{L}*', '주민\\p{L}*', '외국인\\p{L}*'],
  isValid(compact) {
    if (!isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(4, 6)))) return false;
    const check = (11 - (weighted(compact, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
    return check === Number(compact[12]);
  },
});
