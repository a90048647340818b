/**
 * Thailand: identity card number. Thirteen digits, in groups of 1-4-5-2-1 or not; check digit modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const thId = nationalId({
  name: 'th-id',
  shapes: group(5) | bare(13),
  written: '[1-8]-\\d{4}-\\d{5}-\\d{2}-\\d',
  plain: '[1-8]\\d{12}|[1-8] \\d{4} \\d{5} \\d{2} \\d',
  words: ['เลข\\p{L}*', 'thai.?(?:national.?)?id', 'บัตรประชาชน'],
  isValid: (compact) => (11 - (weighted(compact, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(compact[12]),
});
