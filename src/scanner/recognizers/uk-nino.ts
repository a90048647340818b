/**
 * United Kingdom: national insurance number. Letters at both ends, no check digit; HMRC's list of prefixes never issued
 * (NIM39110) keeps product codes out.
 */
import { SPACE, nationalId } from './national-id.ts';
import { CAPITALS_IN_CHAIN, MIXED_9 } from './number-shapes.ts';

export const ukNino = nationalId({
  name: 'uk-nino',
  shapes: MIXED_9 | CAPITALS_IN_CHAIN,
  mayBeginWithLetter: true,
  written: `[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:\\d{6}[A-D]|(?:${SPACE}|-)\\d{2}(?:${SPACE}|-)\\d{2}(?:${SPACE}|-)\\d{2}(?:${SPACE}|-)[A-D]|${SPACE}\\d{6}${SPACE}[A-D])`,
  plain: '[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z]\\d{6}[A-Da-d]?',
  words: ['nino', 'insurance', 'n\\.?i\\.?.?number'],
  isValid: (compact) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(compact),
});
