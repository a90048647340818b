/**
 * Dominican Republic: identity card number (cédula). Municipality, serial, Luhn digit.
 */
import { luhn } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const doCedula = nationalId({
  name: 'do-cedula',
  shapes: group(3) | group(7) | bare(11),
  plain: '\\d{3}-\\d{7}-\\d|\\d{11}',
  words: ['c[ée]dula', 'dominican\\p{L}*'],
  isValid: (compact) => luhn(compact),
});
