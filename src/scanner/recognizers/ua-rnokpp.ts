/**
 * Ukraine: taxpayer number (РНОКПП). Ten digits, check digit modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const uaRnokpp = nationalId({
  name: 'ua-rnokpp',
  shapes: bare(10),
  plain: '\\d{10}',
  words: ['рнокпп', 'іпн', 'rnokpp', 'ipn', 'ідентифікаційн\\p{L}*'],
  isValid: (compact) => (((weighted(compact, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === Number(compact[9]),
});
