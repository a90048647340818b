/**
 * Ecuador: identity card number (cédula). Province, serial, Luhn digit.
 */
import { luhn } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const ecCedula = nationalId({
  name: 'ec-cedula',
  shapes: bare(10) | bare(9),
  plain: '[0-3]\\d[0-5]\\d{6}-?\\d',
  words: ['c[ée]dula', 'ecuador\\p{L}*', 'c\\.?i\\.?'],
  isValid: (compact) => Number(compact.slice(0, 2)) >= 1 && (Number(compact.slice(0, 2)) <= 24 || compact.startsWith('30')) && luhn(compact),
});
