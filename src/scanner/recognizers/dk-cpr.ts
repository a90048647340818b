/**
 * Denmark: CPR number. Birth date and four digits; the check digit was given up in 2007, so it needs a name.
 */
import { isDayOfYear } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const dkCpr = nationalId({
  name: 'dk-cpr',
  shapes: group(6) | bare(10),
  plain: '[0-3]\\d[01]\\d{3}[- ]?\\d{4}',
  words: ['cpr\\p{L}*', 'person\\p{L}*', 'cpr.?n[ru]\\p{L}*'],
  isValid: (compact) => isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2))),
});
