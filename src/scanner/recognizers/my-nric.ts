/**
 * Malaysia: identity card number (MyKad). Birth date, place of birth, serial; no check digit, so date and place have to be some.
 */
import { isDayOfYear } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const myNric = nationalId({
  name: 'my-nric',
  shapes: group(6) | bare(12),
  written: '\\d{6}-\\d{2}-\\d{4}',
  plain: '\\d{12}',
  words: ['my.?kad', 'nric', 'i\\.?c\\.?.?(?:no|number)', 'kad.?pengenalan'],
  isValid: (compact) => isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(4, 6))) && /^(?:0[1-9]|1[0-6]|[2-5]\d|6[0-8]|7[1-9]|8[2-9]|9[0-3]|9[89])$/.test(compact.slice(6, 8)),
});
