/**
 * Netherlands: burgerservicenummer. Nine digits that pass the "elfproef"; one in eleven numbers does, so it needs a name.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { DOTTED, bare, group } from './number-shapes.ts';

export const nlBsn = nationalId({
  name: 'nl-bsn',
  shapes: DOTTED | bare(8) | bare(9) | group(3) | group(4),
  plain: '\\d{8,9}|\\d{4}[. ]\\d{2}[. ]\\d{3}|\\d{3}[. ]\\d{3}[. ]\\d{3}',
  words: ['bsn', 'burgerservice\\p{L}*', 'sofi\\p{L}*', 'onderwijsnummer'],
  isValid(compact) {
    const digits = compact.padStart(9, '0');
    return Number(digits) !== 0 && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
  },
});
