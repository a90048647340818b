/**
 * Croatia: personal identification number (OIB). Eleven digits, check digit ISO/IEC 7064 MOD 11,10.
 */
import { mod11And10 } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const hrOib = nationalId({
  name: 'hr-oib',
  shapes: bare(11),
  plain: '\\d{11}',
  words: ['oib', 'osobni.?identifikacijski\\p{L}*'],
  isValid: (compact) => mod11And10(compact),
});
