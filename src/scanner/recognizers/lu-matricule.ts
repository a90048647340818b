/**
 * Luxembourg: national number (matricule). Birth date, serial, a Luhn digit and one by Verhoeff’s formula, both over the first eleven.
 */
import { isDayOfYear, luhn, verhoeff } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const luMatricule = nationalId({
  name: 'lu-matricule',
  shapes: bare(13),
  plain: '(?:18|19|20)\\d{11}',
  words: ['matricule', 'luxemb\\p{L}*'],
  isValid: (compact) =>
    isDayOfYear(Number(compact.slice(4, 6)), Number(compact.slice(6, 8))) && luhn(compact.slice(0, 12)) && verhoeff(compact.slice(0, 11) + compact.slice(12)),
});
