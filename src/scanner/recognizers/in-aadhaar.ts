/**
 * India: Aadhaar. Twelve digits with a Verhoeff check digit.
 */
import { verhoeff } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const inAadhaar = nationalId({
  name: 'in-aadhaar',
  shapes: group(4) | bare(12),
  written: `[2-9]\\d{3}(?:${SPACE}\\d{4}){2}(?!(?:${SPACE})\\d)|[2-9]\\d{3}-\\d{4}-\\d{4}`,
  plain: '[2-9]\\d{11}',
  words: ['aadha+r', 'uid(?:ai)?'],
  isValid: verhoeff,
});
