/**
 * Greece: tax number (ΑΦΜ). Nine digits, check digit modulo 11 by powers of two.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const grAfm = nationalId({
  name: 'gr-afm',
  shapes: bare(9),
  plain: '\\d{9}',
  words: ['α\\.?φ\\.?μ\\.?', 'afm', 'φορολογικ\\p{L}*'],
  isValid: (compact) => compact !== '000000000' && (weighted(compact, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === Number(compact[8]),
});
