/**
 * Greece: social security number (ΑΜΚΑ). Birth date, serial, Luhn digit.
 */
import { isDayOfYear, luhn } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const grAmka = nationalId({
  name: 'gr-amka',
  shapes: bare(11),
  plain: '[0-3]\\d{10}',
  words: ['α\\.?μ\\.?κ\\.?α\\.?', 'amka'],
  isValid: (compact) => isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2))) && luhn(compact),
});
