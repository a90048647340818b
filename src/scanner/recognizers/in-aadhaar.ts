/**
 * India: Aadhaar (Verhoeff check digit) and permanent account number (PAN, whose fourth letter names the kind of holder).
 */
import { verhoeff } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { CHAIN_9, MIXED, bare } from './number-shapes.ts';

export const inAadhaar = nationalId({
  name: 'in-aadhaar',
  shapes: CHAIN_9 | MIXED | bare(12),
  written: `[2-9]\\d{3}(?:${SPACE}\\d{4}){2}(?!(?:${SPACE})\\d)|[2-9]\\d{3}-\\d{4}-\\d{4}`,
  plain: '[2-9]\\d{11}|[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]',
  words: ['aadha+r', 'uid(?:ai)?', 'pan'],
  isValid: (compact) => /^[A-Z]/.test(compact) || verhoeff(compact),
});
